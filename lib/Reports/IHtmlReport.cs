namespace NotebookHelpers;

/// <summary>A result that notebooks show as HTML and consoles as text (<see cref="object.ToString"/>).</summary>
public interface IHtmlReport
{
    /// <summary>The result as an HTML fragment; every text in it is encoded.</summary>
    string ToHtml();
}
