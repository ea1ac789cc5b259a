using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace NotebookHelpers.Tests.Data;

public class DataReadmeTests
{
    [Fact]
    public void Readme_lists_every_file_with_its_digests()
    {
        string folder = Path.Combine(HelpersAssemblies.RepositoryRoot, "data");
        var rows = Regex.Matches(File.ReadAllText(Path.Combine(folder, "README.md")), @"^\| `([^`]+)` \| `([0-9a-f]{64})` \| (?:`([0-9a-f]{64})` )?\|$", RegexOptions.Multiline);
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Where(name => name != "README.md");
        Assert.Equal(files.Order(StringComparer.Ordinal), rows.Select(row => row.Groups[1].Value).Order(StringComparer.Ordinal));

        foreach (Match row in rows)
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(folder, row.Groups[1].Value));
            Assert.Equal(row.Groups[2].Value, Convert.ToHexStringLower(SHA256.HashData(bytes)));
            if (!row.Groups[3].Success) continue;
            using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            Assert.Equal(row.Groups[3].Value, Convert.ToHexStringLower(SHA256.HashData(gzip)));
        }
    }
}
