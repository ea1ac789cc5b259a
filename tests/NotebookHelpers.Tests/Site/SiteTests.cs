using System.Text.Json.Nodes;
using NotebookRunner;

namespace NotebookHelpers.Tests.Site;

/// <summary>Tests that write notebooks into a folder of their own, and a site from them.</summary>
public abstract class SiteTests : IDisposable
{
    /// <summary>A chart as the library puts it out.</summary>
    protected static string Chart { get; } =
        "<div class=\"nbh-chart\" id=\"c\" style=\"x\">\n<img alt=\"a\" src=\"data:image/svg+xml;base64," + Convert.ToBase64String(
            """<svg viewBox="0 0 720 440" width="720" height="440" aria-label="A &lt;chart&gt;"><rect width="100%" height="100%" fill="#fff"/>"""u8
                .ToArray().Concat("""<text x="1">label</text><path d="M50 388V60" stroke="x"/><path d="M60 80.5H700"/></svg>"""u8.ToArray()).ToArray())
        + "\"></div><script>draw()</script>";

    private readonly TemporaryFolder _folder = new();

    protected string Folder => _folder.Path;

    protected Func<JsonObject> Metadata { get; set; } = () => [];

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static JsonObject Markdown(string source, JsonObject? attachments = null)
    {
        var cell = new JsonObject
        {
            ["cell_type"] = "markdown", ["id"] = Guid.NewGuid().ToString("N"), ["metadata"] = new JsonObject(), ["source"] = source,
        };
        if (attachments is not null) cell["attachments"] = attachments;
        return cell;
    }

    protected static JsonObject Code(string source, params JsonNode[] outputs) => new()
    {
        ["cell_type"] = "code",
        ["execution_count"] = 1,
        ["id"] = Guid.NewGuid().ToString("N"),
        ["metadata"] = new JsonObject(),
        ["source"] = source,
        ["outputs"] = new JsonArray(outputs),
    };

    protected static JsonObject Stream(string name, string text) => new() { ["output_type"] = "stream", ["name"] = name, ["text"] = text };

    protected static JsonObject Data(string type, string content) => new()
    {
        ["output_type"] = "display_data", ["metadata"] = new JsonObject(), ["data"] = new JsonObject { [type] = content },
    };

    protected static int Count(string text, string part) => text.Split(part).Length - 1;

    /// <summary>The HTML of one Markdown cell in which no file lies beside the notebook.</summary>
    protected static string Prose(string markdown) =>
        new MarkdownPage(new("one", new HashSet<string>(), _ => null), NotebookRunner.Page.Ids).ToHtml(markdown);

    /// <summary>The path of a file in the test's folder.</summary>
    protected string At(string name) => _folder.File(name);

    protected string Read(string name) => File.ReadAllText(At(name));

    protected string Write(string name, params JsonNode[] cells)
    {
        var notebook = new JsonObject
        {
            ["cells"] = new JsonArray(cells), ["metadata"] = Metadata(), ["nbformat"] = 4, ["nbformat_minor"] = 5,
        };
        File.WriteAllText(At(name + ".ipynb"), notebook.ToJsonString());
        return At(name + ".ipynb");
    }

    /// <summary>The page of a notebook of these cells.</summary>
    protected string Page(params JsonNode[] cells)
    {
        SiteWriter.Write([Write("one", cells)], Folder, helpersFolder: null);
        return Read("one.html");
    }
}
