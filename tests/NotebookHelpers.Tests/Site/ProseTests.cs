using System.Text.RegularExpressions;
using CsCheck;

namespace NotebookHelpers.Tests.Site;

/// <summary>HTML that stands in Markdown.</summary>
public sealed partial class ProseTests : SiteTests
{
    private static readonly string[] Forbidden =
        ["script", "style", "svg", "math", "iframe", "object", "embed", "base", "form", "main", "body", "html", "meta", "link", "template"];

    [Theory]
    [InlineData("<img src=https://example.com/x onerror=alert(1)>", "<img src=\"https://example.com/x\">")]
    [InlineData("a <b onclick='alert(1)' title=\"a'b\">bold</b>", "<b title=\"a'b\">bold</b>")]
    [InlineData("[x](javascript:alert(1)) [y](JaVa\tScript:alert(1)) <a href=' javascript:alert(1)'>z</a>", ">z</a>")]
    [InlineData("[x](data:text/html,<script>alert(1)</script>)", ">x")]
    [InlineData("<svg onload=alert(1)>", "&lt;svg onload=alert(1)&gt;")]
    [InlineData("before\n\n<iframe src=\"https://example.com\"></iframe>\n\nafter", "<p>before</p>\n\n<p>after</p>")]
    [InlineData("<div><svg onload=alert(1)><p>in</p></svg></div>", "<div>")]
    [InlineData("<header>\n\n*in*\n\n</header>", "<p><em>in</em></p>")]
    [InlineData("<form action=\"https://example.com\"><button onclick=\"x()\">in</button></form>", "in")]
    [InlineData("<div><main>in <style>p{}</style>it</main></div>", "<div>in it</div>")]
    [InlineData("<picture><source srcset=\"x\"><img src=\"https://example.com/x\"></picture>", "<img src=\"https://example.com/x\">")]
    [InlineData("<video controls onplay=\"x()\" src=\"https://example.com/x\"></video>", "<video controls=\"\" src=")]
    [InlineData("a List<Tensor> of", "a List&lt;Tensor&gt; of")]
    [InlineData("<div>a List<Tensor> of</div>", "<div>a List&lt;tensor&gt; of</div>")]
    [InlineData("<b style=\"color:red;position:fixed;list-style-image:url(x)\">x</b>", "<b style=\"color: rgba(255, 0, 0, 1)\">x</b>")]
    [InlineData("<img name=katex src=\"data:image/png;base64,AA==\">", "<img src=\"data:image/png;base64,AA==\">")]
    [InlineData("<span class=\"nbh-chart skip\">x</span>", "<span>x</span>")]
    [InlineData("<details><summary>s</summary>\n\n*in*\n\n</details>", "<details><summary>s</summary>\n<p><em>in</em></p>\n</details>")]
    [InlineData("<details>\n\nnever closed", "<p>never closed</p>\n</details>")]
    [InlineData("x\n\n</div></main></body>\n\ny", "<p>y</p>")]
    [InlineData("# h {onclick=alert(1)}", "h {onclick=alert(1)}")]
    [InlineData("<script\n>alert(1)</script\n>\n\ny", "y")]
    [InlineData("<kbd>Ctrl</kbd> H<sub>2</sub>O <!-- <script> -->", "<kbd>Ctrl</kbd> H<sub>2</sub>O")]
    public void Html_in_prose_is_kept_as_far_as_it_is_harmless(string markdown, string expected)
    {
        string html = Prose(markdown);
        Assert.Contains(expected, html, StringComparison.Ordinal);
        AssertHarmless(html);
    }

    private static void AssertHarmless(string html)
    {
        int open = 0;
        foreach (Match tag in Tag().Matches(html))
        {
            string name = tag.Groups["name"].Value.ToLowerInvariant(), attributes = tag.Groups["attributes"].Value;
            Assert.DoesNotContain(name.TrimStart('/').TrimEnd('/'), Forbidden);
            foreach (Match attribute in Attribute().Matches(attributes))
            {
                string key = attribute.Groups["key"].Value, value = System.Net.WebUtility.HtmlDecode(attribute.Groups["value"].Value);
                Assert.False(key.StartsWith("on", StringComparison.OrdinalIgnoreCase), tag.Value);
                Assert.False(key is "href" or "src" && Scheme().IsMatch(value), tag.Value);
            }
            open += name switch { "div" => 1, "/div" => -1, _ => 0 };
            Assert.True(open >= 0, "an end tag closes more than the cell opened");
        }
        Assert.Equal(0, open);
    }

    [Fact]
    public void No_mixture_of_fragments_breaks_out_of_prose()
    {
        string[] fragments =
        [
            "<script>", "</script>", "<img src=x onerror=alert(1)", "<svg/onload=", ">", "<", "\"", "'", "=", "<!--", "-->", "](javascript:alert(1))",
            "[x", "<div ", "</div>", "<details>", "</details>", "<math>", "<mtext>", "<style>", "<noscript>", "<template>", "<plaintext>", "<table>", "<frameset>", "<form>", "</form>", "<textarea>",
            "</textarea>", "<xmp>", "<select>", "<title>", "<float>",
            "\\begin{a}", "\\end{a}", "$", "$$", "`", "```\n", "\n", "\n\n", "|", "---|---\n", "# ", "> ", "- ", "*", "~~", "\\", "&lt;", "&#60;", "{onclick=x}",
            "<b title='", "href=\"", "java\u0000script:", "word ", "대조", "https://example.com", "<https://x>", "    ",
        ];
        Gen.OneOfConst(fragments).Array[0, 24].Select(string.Concat).Sample(markdown => AssertHarmless(Prose(markdown)), iter: 20_000);
    }

    [Theory]
    [InlineData("<div>")]
    [InlineData("<b>")]
    [InlineData("<float>")]
    [InlineData("<ul><li>")]
    [InlineData("<table><td>")]
    public void Deep_nesting_of_elements_ends_in_a_readable_page(string element)
    {
        string html = "";
        // The least stack that a thread has on the systems we know.
        var thread = new Thread(() => html = Prose(string.Concat(Enumerable.Repeat(element, 60_000 / element.Length)) + "deep"), 1 << 20);
        thread.Start();
        thread.Join();
        Assert.Contains("deep", html, StringComparison.Ordinal);
    }

    [GeneratedRegex("""(?<key>[^\s="'/]+)(="(?<value>[^"]*)")?""", RegexOptions.ExplicitCapture)]
    private static partial Regex Attribute();

    [GeneratedRegex("""<(?<name>/?[a-zA-Z!][^\s>]*)(?<attributes>[^>]*)>""")]
    private static partial Regex Tag();

    [GeneratedRegex(@"^[\s\x00-\x1f]*(javascript|vbscript|data:(?!image/))", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();
}
