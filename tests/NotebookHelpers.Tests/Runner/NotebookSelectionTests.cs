using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

public sealed class NotebookSelectionTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public NotebookSelectionTests()
    {
        foreach (string name in new[] { "04-contrastive-loss", "00-what-is-contrast", "05-mining" }) _folder.Notebook(name + ".ipynb");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "00-what-is-contrast 04-contrastive-loss 05-mining")]
    [InlineData("04", "04-contrastive-loss")]
    [InlineData("4", "04-contrastive-loss")]
    [InlineData("0", "00-what-is-contrast")]
    [InlineData("contrastive-loss", "04-contrastive-loss")]
    [InlineData("04-Contrastive-Loss", "04-contrastive-loss")]
    [InlineData("05-mining.ipynb", "05-mining")]
    [InlineData("mining 4 05", "05-mining 04-contrastive-loss")]
    public void Numbers_names_and_files_select(string names, string expected) =>
        Assert.Equal(expected.Split(' '), Select(names.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void A_path_selects_a_notebook_anywhere()
    {
        using var elsewhere = new ScratchFolder();
        Assert.Equal(["own"], Select(elsewhere.Notebook("own.ipynb")));
        var error = Assert.Throws<SelectionException>(() => Select(elsewhere.Notebook("05-mining.ipynb"), "5"));
        Assert.Contains("the same file", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7", "00-what-is-contrast, 04-contrastive-loss, 05-mining")]
    [InlineData("loss", "04-contrastive-loss")]
    [InlineData("", "04-contrastive-loss")]
    [InlineData("nowhere.ipynb", "nowhere.ipynb")]
    public void An_unknown_name_says_what_there_is(string name, string mentioned) =>
        Assert.Contains(mentioned, Assert.Throws<SelectionException>(() => Select(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void Hidden_files_and_links_that_lead_nowhere_are_no_notebooks()
    {
        foreach (string name in new[] { "._05-mining.ipynb", ".hidden.ipynb" }) _folder.Write(name, "Mac OS X");
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(_folder.File(".#05-mining.ipynb"), "someone@somewhere.1234");
            File.CreateSymbolicLink(_folder.File("06-gone.ipynb"), "nowhere.ipynb");
        }
        Assert.Equal(["00-what-is-contrast", "04-contrastive-loss", "05-mining"], Select());
        Assert.Equal(["05-mining"], Select("5"));
    }

    [Theory]
    [InlineData("Index.ipynb")]
    [InlineData("glossary.ipynb")]
    [InlineData("api.ipynb")]
    public void A_name_that_another_page_has_is_refused_before_anything_runs(string name)
    {
        string path = _folder.Notebook(name, "1");
        Assert.Contains("another name", Assert.Throws<SelectionException>(() => Select(path)).Message, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Equal(3, Select().Count());
    }

    [Fact]
    public void A_folder_without_notebooks_is_an_error() =>
        Assert.Throws<SelectionException>(() => NotebookSelection.Select(_folder.File("none"), []));

    private IEnumerable<string?> Select(params string[] names) =>
        NotebookSelection.Select(_folder.Path, names).Select(Path.GetFileNameWithoutExtension).ToArray();
}
