#!/usr/bin/env bash
# Makes the sample captures anew; each folder also holds the commands it came from.
set -euo pipefail
cd "$(dirname "$0")"
patterns=$(mktemp -d)
trap 'rm -rf "$patterns"' EXIT

make() { # folder, options of `ledcal patterns`, options of `ledcal simulate`
  local folder=$1 pattern_options=$2 simulate_options=$3
  cp "$folder/stage.toml" "$patterns/stage.toml"
  ledcal patterns "$patterns/$folder" --stage "$patterns/stage.toml" $pattern_options
  rm -rf "$folder"
  ledcal simulate "$folder" --patterns "$patterns/$folder" --stage "$patterns/stage.toml" \
    $simulate_options
  cat > "$folder/README.md" <<TEXT
# $folder

Made on a virtual stage; \`truth.json\` says what a perfect measurement would have found. From the
folder \`sample_captures\`:

\`\`\`sh
ledcal patterns PATTERNS --stage $folder/stage.toml $pattern_options
ledcal simulate $folder --patterns PATTERNS --stage $folder/stage.toml $simulate_options
\`\`\`

Fit it with \`ledcal fit sample_captures/$folder\`.
TEXT
}

make pq_wall "--set standard --layout grid" "--scene pq-volume --seed 1 --sensor 1296x864"
make tv_wall "--set quick --layout grid" "--scene tv-wall --seed 2 --sensor 1296x864"
make exr_frames "--set quick --layout grid" "--scene pq-volume --seed 3 --sensor 480x320 --format exr"
