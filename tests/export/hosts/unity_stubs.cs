// As much of Unity as the two scripts name, to compile them without it.
using System;

namespace UnityEngine
{
    public class Object { public string name = ""; }
    public class SerializeField : Attribute {}
    public class HideInInspector : Attribute {}
    public class TooltipAttribute : Attribute { public TooltipAttribute(string text) {} }
    public struct Vector2 { public static Vector2 one; }
    public struct Color
    {
        public float r, g, b, a;
        public Color(float red, float green, float blue, float alpha) { r = red; g = green; b = blue; a = alpha; }
    }
    public enum TextureFormat { RGBAFloat }
    public enum TextureWrapMode { Clamp }
    public enum FilterMode { Point }
    public class Texture : Object
    {
        public int width, height;
        public TextureWrapMode wrapMode;
        public FilterMode filterMode;
    }
    public class Texture3D : Texture
    {
        public int depth;
        public Texture3D(int w, int h, int d, TextureFormat format, bool mips) {}
        public void SetPixels(Color[] nodes) {}
        public void Apply() {}
    }
    public class Shader : Object { public static Shader Find(string name) { return null; } }
    public class Material : Object {}
    public class MaterialPropertyBlock
    {
        public void SetTexture(string name, Texture value) {}
        public void SetFloat(string name, float value) {}
    }
    public class Debug
    {
        public static void Log(object words) {}
        public static void LogError(object words) {}
    }
    public class HDROutputSettings
    {
        public static HDROutputSettings main;
        public bool active { get { return false; } }
    }
}

namespace UnityEngine.Experimental.Rendering
{
    public enum GraphicsFormat { R16G16B16A16_SFloat }
}

namespace UnityEngine.Rendering
{
    using UnityEngine.Experimental.Rendering;
    public enum TextureDimension { Tex2D }
    [Flags] public enum ClearFlag { None = 0 }
    public struct ScriptableRenderContext {}
    public class CommandBuffer {}
    public class RTHandle { public void Release() {} }
    public static class TextureXR
    {
        public static int slices { get { return 1; } }
        public static TextureDimension dimension { get { return TextureDimension.Tex2D; } }
    }
    public static class RTHandles
    {
        public static RTHandle Alloc(Vector2 scale, int slices, TextureDimension dimension, GraphicsFormat colorFormat, bool useDynamicScale, string name) { return null; }
    }
    public static class CoreUtils
    {
        public static Material CreateEngineMaterial(Shader shader) { return null; }
        public static void Destroy(UnityEngine.Object thing) {}
        public static void SetRenderTarget(CommandBuffer cmd, RTHandle buffer, ClearFlag clear) {}
        public static void DrawFullScreen(CommandBuffer cmd, Material material, MaterialPropertyBlock properties, int shaderPassId) {}
    }
}

namespace UnityEngine.Rendering.HighDefinition
{
    public enum CustomPassInjectionPoint { AfterPostProcess, BeforePostProcess }
    public struct CustomPassContext
    {
        public CommandBuffer cmd;
        public RTHandle cameraColorBuffer;
        public MaterialPropertyBlock propertyBlock;
    }
    public static class CustomPassUtils
    {
        public static void Copy(CustomPassContext ctx, RTHandle source, RTHandle destination) {}
    }
    public abstract class CustomPass
    {
        protected CustomPassInjectionPoint injectionPoint { get { return CustomPassInjectionPoint.AfterPostProcess; } }
        protected virtual bool executeInSceneView { get { return true; } }
        protected virtual void Setup(ScriptableRenderContext renderContext, CommandBuffer cmd) {}
        protected virtual void Execute(CustomPassContext ctx) {}
        protected virtual void Cleanup() {}
    }
}

namespace UnityEditor
{
    public class MenuItem : Attribute
    {
        public MenuItem(string path) {}
        public MenuItem(string path, bool validates) {}
    }
    public static class Selection { public static UnityEngine.Object activeObject; }
    public static class AssetDatabase
    {
        public static string GetAssetPath(UnityEngine.Object thing) { return ""; }
        public static void CreateAsset(UnityEngine.Object thing, string path) {}
        public static void SaveAssets() {}
    }
}

static class Program
{
    // The nodes of a table, or why there are none.
    static int Main(string[] words)
    {
        System.Threading.Thread.CurrentThread.CurrentCulture = new System.Globalization.CultureInfo("de-DE");
        try
        {
            int size;
            UnityEngine.Color[] nodes = LedcalTable.Read(System.IO.File.ReadAllLines(words[0]), out size);
            Console.WriteLine(size);
            foreach (UnityEngine.Color node in nodes)
                Console.WriteLine(string.Format(System.Globalization.CultureInfo.InvariantCulture, "{0:R} {1:R} {2:R}", node.r, node.g, node.b));
            return 0;
        }
        catch (FormatException fault)
        {
            Console.WriteLine(fault.Message);
            return 1;
        }
    }
}
