// The part of HLSL that LedcalCorrection.hlsl uses, as C++: float32 throughout.
#include <cmath>
namespace hlsl {
struct int3 {
    int x, y, z;
    int3(int a, int b, int c) : x(a), y(b), z(c) {}
};
inline int3 operator+(int3 a, int3 b) { return int3(a.x + b.x, a.y + b.y, a.z + b.z); }
inline int3 operator-(int3 a, int3 b) { return int3(a.x - b.x, a.y - b.y, a.z - b.z); }
struct float3 {
    float x, y, z;
    float3() : x(0), y(0), z(0) {}
    float3(float a, float b, float c) : x(a), y(b), z(c) {}
};
inline float3 operator+(float3 a, float3 b) { return float3(a.x + b.x, a.y + b.y, a.z + b.z); }
inline float3 operator-(float3 a, float3 b) { return float3(a.x - b.x, a.y - b.y, a.z - b.z); }
inline float3 operator*(float3 a, float s) { return float3(a.x * s, a.y * s, a.z * s); }
struct float3x3 {
    float m[9];
    float3x3(float a, float b, float c, float d, float e, float f, float g, float h, float i)
        : m{a, b, c, d, e, f, g, h, i} {}
};
inline float3 mul(const float3x3& k, float3 v) {
    return float3(k.m[0] * v.x + k.m[1] * v.y + k.m[2] * v.z,
                  k.m[3] * v.x + k.m[4] * v.y + k.m[5] * v.z,
                  k.m[6] * v.x + k.m[7] * v.y + k.m[8] * v.z);
}
// As Direct3D has them: of a number and NaN, the number.
inline float max(float a, float b) { return std::fmax(a, b); }
inline float min(float a, float b) { return std::fmin(a, b); }
inline float3 max(float3 a, float b) { return float3(max(a.x, b), max(a.y, b), max(a.z, b)); }
inline float3 min(float3 a, float b) { return float3(min(a.x, b), min(a.y, b), min(a.z, b)); }
inline float3 floor(float3 a) { return float3(std::floor(a.x), std::floor(a.y), std::floor(a.z)); }
inline float pow(float a, float b) { return std::pow(a, b); }

static const float* nodes;
static int edge;
inline float3 load(int3 n) {
    const float* p = nodes + 3 * (n.x + edge * (n.y + edge * n.z));
    return float3(p[0], p[1], p[2]);
}
#define LEDCAL_LOAD(node) load(node)
#include LEDCAL_CORE
}  // namespace hlsl

extern "C" void shade(const float* in, long n, float nits, int output, int calibrated,
                      const float* table, int size, float* out) {
    hlsl::nodes = table;
    hlsl::edge = size;
    for (long i = 0; i < n; i++) {
        hlsl::float3 value(in[3 * i], in[3 * i + 1], in[3 * i + 2]);
        hlsl::float3 v = hlsl::LedcalShade(value, nits, output, calibrated != 0, size);
        out[3 * i] = v.x;
        out[3 * i + 1] = v.y;
        out[3 * i + 2] = v.z;
    }
}
