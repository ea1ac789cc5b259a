using System.Text.RegularExpressions;

namespace NotebookHelpers.Tests;

/// <summary>What the sources of the library and of the runner look like, so that a reader takes in a line at a glance.</summary>
public partial class SourceFileTests
{
    private const int Widest = 140;

    public static TheoryData<string> Folders => ["lib", Path.Combine("tests", "NotebookRunner")];

    [Theory]
    [MemberData(nameof(Folders))]
    public void No_line_is_wider_than_a_screen(string folder)
    {
        string root = Path.Combine(HelpersAssemblies.RepositoryRoot, folder);
        var wide = Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories).SelectMany(path =>
            File.ReadAllLines(path).Select((line, i) => (Path: Path.GetRelativePath(root, path), Number: i + 1, Line: line)))
            // HTML in a raw string stands as a page has it.
            .Where(line => line.Line.Length > Widest && !Html().IsMatch(line.Line));
        Assert.Empty(wide.Select(line => $"{line.Path}, line {line.Number}: {line.Line.Length} characters"));
    }

    [GeneratedRegex(@"^\s*<\w")]
    private static partial Regex Html();
}
