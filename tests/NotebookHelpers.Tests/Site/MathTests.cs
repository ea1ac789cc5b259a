using System.Net;
using System.Text.RegularExpressions;

namespace NotebookHelpers.Tests.Site;

/// <summary>Mathematics in Markdown and in the HTML that stands in it.</summary>
public sealed partial class MathTests : SiteTests
{
    [Fact]
    public void Mathematics_reaches_the_page_untouched()
    {
        string page = Page(Markdown(
            "# M\n\nInline $a_1 * b_2 < c$ and\n\n$$\n\\sum_{i} x_i \\\\ y\n$$\n\nand $$p_{ij} = \\frac{e^{x_{ij}}}{z}$$ in line\n\n"
            + "<details><summary>of $a<b$</summary></details>\n\n| a |\n|---|\n| $d_{ij}$ |"));
        Assert.Contains("""<span class="math">\(a_1 * b_2 &lt; c\)</span>""", page, StringComparison.Ordinal);
        Assert.Contains("\\sum_{i} x_i \\\\ y", page, StringComparison.Ordinal);
        Assert.Contains("""<span class="math display">\(p_{ij} = \frac{e^{x_{ij}}}{z}\)</span>""", page, StringComparison.Ordinal);
        Assert.Contains("""<summary>of <span class="math">\(a&lt;b\)</span></summary>""", page, StringComparison.Ordinal);
        Assert.Contains("""<span class="math">\(d_{ij}\)</span>""", page, StringComparison.Ordinal);
        Assert.Contains("katex.min.js", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$$ p_{i} = \\sum_{j:\\,y_j} x_j$$")]
    [InlineData("$$p_{i} = \\sum_{j:\\,y_j} x_j $$")]
    [InlineData("$$\np_{i} = \\sum_{j:\\,y_j} x_j\n$$")]
    [InlineData("$$ p_{i} =\n\\sum_{j:\\,y_j} x_j $$")]
    [InlineData("so $$p_{i} = \\sum_{j:\\,y_j} x_j$$.")]
    [InlineData("- so\n\n  $$ p_{i} = \\sum_{j:\\,y_j} x_j $$")]
    [InlineData("| a |\n|---|\n| $$ p_{i} = \\sum_{j:\\,y_j} x_j $$ |")]
    public void Displayed_mathematics_is_found_however_it_is_spaced(string markdown)
    {
        string html = Prose(markdown);
        string tex = Assert.Single(Regex.Matches(html, """<(div|span) class="math[^>]*>([^<]*)</"""))!.Groups[2].Value;
        Assert.Equal("p_{i} = \\sum_{j:\\,y_j} x_j", Regex.Replace(tex.Trim(), @"^\\[(\[]|\\[)\]]$", "").Trim().Replace('\n', ' '));
        Assert.DoesNotContain("$$", html, StringComparison.Ordinal);
    }

    private const string Align = "\\begin{align}\na &= b_1 * c_2 \\\\\n- d &< e\n\\end{align}";

    [Theory]
    [InlineData("so\n\n" + Align + "\n\nand", Align)]
    [InlineData("so\n" + Align + "\nand", Align)]
    [InlineData("so \\begin{align}\na \\\\\nb \\end{align} and", "\\begin{align}\na \\\\\nb \\end{align}")]
    [InlineData("  " + Align + "  ", Align)]
    [InlineData("<div>so\n" + Align + "\n</div>", Align)]
    [InlineData("\\begin{equation*} x = 1 \\end{equation*}", "\\begin{equation*} x = 1 \\end{equation*}")]
    [InlineData("\\begin{a}\\begin{a}x\\end{a}\\end{a}", "\\begin{a}\\begin{a}x\\end{a}\\end{a}")]
    [InlineData("\\begin{gather}\n+ x\n# y\n===\n\\end{gather}", "\\begin{gather}\n+ x\n# y\n===\n\\end{gather}")]
    [InlineData("\\\\[ x_1 * y_1 \\\\]", "x_1 * y_1")]
    public void Bare_environments_are_displayed(string markdown, string tex) => Assert.Equal([(tex, true)], Formulas(Prose(markdown)));

    [Theory]
    [InlineData("> \\begin{align}\n> a\n> \\end{align}")]
    [InlineData("- so\n\n  \\begin{align}\n  a\n  \\end{align}")]
    public void Environments_are_found_inside_lists_and_quotations(string markdown)
    {
        var (tex, isDisplay) = Assert.Single(Formulas(Prose(markdown)));
        Assert.True(isDisplay);
        Assert.Equal("\\begin{align}\na\n\\end{align}", tex);
    }

    [Theory]
    [InlineData("\\begin{align} never ends")]
    [InlineData("\\begin{align}\n\nafter a blank line\n\n\\end{align}")]
    [InlineData("`\\begin{align}x\\end{align}`")]
    [InlineData("```\n\\begin{align}x\\end{align}\n```")]
    [InlineData("    \\begin{align}x\\end{align}")]
    [InlineData("\\begin{not a name}x\\end{not a name}")]
    public void What_is_no_environment_stays_text(string markdown)
    {
        string html = Prose(markdown);
        Assert.Empty(Formulas(html));
        Assert.Contains("\\begin{", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<div>costs \\$5 and \\$6</div>", "costs $5 and $6")]
    [InlineData("<div>costs $5 and $6</div>", "costs $5 and $6")]
    [InlineData("<div>costs $ 5 and 6 $</div>", "costs $ 5 and 6 $")]
    [InlineData("<div><code>$x$</code></div>", "$x$")]
    [InlineData("<pre>\n$x$ and \\$\n</pre>", "$x$ and \\$")]
    [InlineData("<details><summary>s</summary>\n\ncosts \\$5 and \\$x\\$\n\n</details>", "costs $5 and $x$")]
    [InlineData("costs \\$5 and \\$x\\$", "costs $5 and $x$")]
    [InlineData("press <kbd>\\$</kbd>", "<kbd>$</kbd>")]
    [InlineData("| a |\n|---|\n| \\$5 |", "<td>$5</td>")]
    [InlineData("[costs \\$5](https://example.com \"\\$6\")", ">costs $5</a>")]
    [InlineData("# costs \\$5 and \\$x\\$", "costs $5 and $x$")]
    public void A_dollar_sign_that_starts_no_formula_stays_one(string markdown, string expected)
    {
        string html = Prose(markdown);
        Assert.Contains(expected, html, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFDD0', html);
        Assert.Empty(Formulas(html));
    }

    [Theory]
    [InlineData("<div>$x$ for \\$5</div>", "x", false)]
    [InlineData("<div>$a<b$</div>", "a<b", false)]
    [InlineData("<div>$a < b$ and <b>c</b></div>", "a < b", false)]
    [InlineData("<div>$$ a $$</div>", "a", true)]
    [InlineData("<div>$\\$5$</div>", "\\$5", false)]
    public void Formulas_in_HTML_blocks_are_found(string markdown, string tex, bool isDisplay) =>
        Assert.Equal([(tex, isDisplay)], Formulas(Prose(markdown)));

    [Fact]
    public void Beginnings_without_ends_take_no_square_of_time()
    {
        string html = Prose(string.Concat(Enumerable.Repeat("\\begin{a} ", 18_000)));
        Assert.Empty(Formulas(html));
        html = Prose("<div>" + string.Concat(Enumerable.Repeat("$a \\begin{a}", 14_000)) + "</div>");
        Assert.StartsWith("<div>", html, StringComparison.Ordinal);
    }

    /// <summary>The formulas of a page, as site.js reads them, and whether each stands on a line of its own.</summary>
    private static (string Tex, bool IsDisplay)[] Formulas(string html) =>
    [
        .. Formula().Matches(html).Select(formula => (
            Delimiters().Replace(WebUtility.HtmlDecode(formula.Groups["tex"].Value).Trim(), "").Trim(),
            formula.Groups["element"].Value == "div" || formula.Groups["display"].Success)),
    ];

    [GeneratedRegex("""<(?<element>div|span) class="math(?<display> display)?"[^>]*>(?<tex>[^<]*)</""", RegexOptions.ExplicitCapture)]
    private static partial Regex Formula();

    [GeneratedRegex(@"^\\[(\[]|\\[)\]]$")]
    private static partial Regex Delimiters();
}
