using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace NotebookRunner;

/// <summary>plotly.js as the Plotly.NET assembly carries it.</summary>
internal static class PlotlyResource
{
    /// <summary>Reads plotly.js out of Plotly.NET.dll, without loading the assembly.</summary>
    /// <param name="folder">The folder of the assembly.</param>
    /// <returns>The script; null if there is no such assembly or it carries none.</returns>
    public static string? Read(string folder)
    {
        string path = Path.Combine(folder, "Plotly.NET.dll");
        if (!File.Exists(path)) return null;
        using var image = new PEReader(File.OpenRead(path));
        var metadata = image.GetMetadataReader();
        foreach (var resource in metadata.ManifestResources.Select(metadata.GetManifestResource))
        {
            string name = metadata.GetString(resource.Name);
            bool isScript = name.Contains("plotly-", StringComparison.Ordinal) && name.EndsWith(".js", StringComparison.Ordinal);
            if (!isScript || !resource.Implementation.IsNil) continue;
            var data = image.GetSectionData(image.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress).GetReader();
            data.Offset = (int)resource.Offset;
            return data.ReadUTF8(data.ReadInt32());
        }
        return null;
    }
}
