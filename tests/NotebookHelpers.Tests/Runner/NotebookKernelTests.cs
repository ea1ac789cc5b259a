using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

/// <summary>Cells run in this process: the kernel's semantics, without the runner around it.</summary>
public class NotebookKernelTests
{
    [Fact]
    public async Task State_usings_and_types_carry_on() =>
        Assert.Equal("text/plain: 7 b", Value(await Run(
            "using System.Globalization;\nint x = 3;\nrecord Pair(int A, string B);",
            "int Twice(int y) => 2 * y;",
            "var pair = new Pair(Twice(x) + 1, \"b\");",
            "string.Create(CultureInfo.InvariantCulture, $\"{pair.A} {pair.B}\")")));

    [Fact]
    public async Task A_variable_may_be_declared_again() => Assert.Equal("text/plain: two", Value(await Run("var x = 1;", "var x = \"two\";", "x")));

    [Fact]
    public async Task Default_usings_are_the_kernels() => Assert.Equal("text/plain: a2", Value(await Run(
        "ArrayList list = new() { 1 };\nvar b = new StringBuilder(\"a\");\nvar d = new List<int> { 1 }.Select(i => i + 1);\nawait Task.Yield();\nb.Append(d.Single()).ToString()")));

    [Theory]
    [InlineData("1 + 1;")]
    [InlineData("void F() { }\nF()")]
    [InlineData("await Task.Delay(1)")]
    public async Task No_value_no_output(string code) => Assert.Empty(Values(await Run(code)));

    [Theory]
    [InlineData("1 + 1", "2")]
    [InlineData("int x;\nx = 5", "5")]
    [InlineData("await Task.FromResult(6)", "6")]
    [InlineData("return 7;", "7")]
    [InlineData("(string)null", "null")]
    public async Task The_last_expression_is_formatted(string code, string expected)
    {
        var shown = Assert.Single(Values(await Run(code)));
        Assert.Equal(ShownAs.Result, shown.Kind);
        Assert.Contains(expected, Assert.Single(shown.Data).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Registered_formatters_are_used() => Assert.Equal("text/html: <i>5</i>", Value(await Run(
        "using Microsoft.DotNet.Interactive.Formatting;\nrecord Apple(int Size);\nFormatter.Register<Apple>(a => $\"<i>{a.Size}</i>\", \"text/html\");",
        "new Apple(5)")));

    [Fact]
    public async Task Display_HTML_and_console_keep_their_order()
    {
        var events = await Run(
            "Console.Write(\"a\");\nConsole.WriteLine('b');\nConsole.Error.WriteLine(\"c\");\ndisplay(\"d\");\ndisplay(HTML(\"<b>e</b>\"));\n\"f\".Display();\nConsole.WriteLine(7);\nHTML(\"<p>\")");
        Assert.Equal(
            ["stdout:ab\n", "stderr:c\n", "Display text/plain: d", "Display text/html: <b>e</b>", "Display text/plain: f", "stdout:7\n", "Result text/html: <p>"],
            Merge(events));
    }

    [Fact]
    public async Task A_display_takes_the_MIME_types_it_is_given()
    {
        var shown = Assert.Single(Values(await Run("display(12, \"text/plain\", \"text/html\");")));
        Assert.Equal(["text/html", "text/plain"], shown.Data.Keys.Order());
    }

    [Fact]
    public async Task Updates_name_the_display_they_replace_also_from_other_threads()
    {
        var shown = Values(await Run(
            "using Microsoft.DotNet.Interactive;",
            """
            var bar = KernelInvocationContext.Current.Display("0");
            await Task.Run(() => bar.Update("1"));
            IProgress<int> progress = new Progress<int>(i => bar.Update(i.ToString()));
            progress.Report(2);
            await Task.Delay(200);
            """));
        Assert.Equal(["0", "1", "2"], shown.Select(s => s.Data["text/plain"]));
        Assert.Equal([ShownAs.Display, ShownAs.Update, ShownAs.Update], shown.Select(s => s.Kind));
        Assert.Single(shown.Select(s => s.DisplayId).Distinct());
    }

    [Fact]
    public async Task What_comes_after_the_cell_has_ended_is_lost()
    {
        var events = await Run(
            "_ = Task.Run(async () => { await Task.Delay(100); Console.WriteLine(\"late\"); display(\"late\"); });",
            "await Task.Delay(300);");
        Assert.Equal(["CellSucceeded", "CellSucceeded"], events.Select(e => e.GetType().Name));
    }

    [Fact]
    public async Task Warnings_go_to_stderr_and_the_cell_runs()
    {
        var events = await Run("int F() { int unused; return 3; }\nConsole.WriteLine(F());");
        Assert.Contains("stdout:3\n", Merge(events));
        Assert.Contains(Merge(events), output => output.StartsWith("stderr:(1,15): warning CS0168", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_compile_error_names_its_line()
    {
        var failed = Failure(await Run("int x = 1;", "x = 2;\nx = \"three\";"));
        Assert.Equal("CompilationError", failed.Name);
        Assert.StartsWith("(2,5): error CS0029", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_names_its_function_and_keeps_earlier_output()
    {
        var events = await Run("int Inverse(int x)\n{\n    return 1 / x;\n}", "Console.WriteLine(1);\nInverse(0)");
        Assert.Equal("stdout:1\n", Merge(events)[0]);
        var failed = Failure(events);
        Assert.Equal("DivideByZeroException", failed.Name);
        Assert.Equal(
            ["at Submission#1.Inverse(Int32 x)", "at Submission#2.<<Initialize>>d__0.MoveNext()"],
            failed.Traceback.Skip(1).Select(line => line.Trim()));
    }

    [Fact]
    public async Task A_formatter_that_throws_fails_the_cell()
    {
        var failed = Failure(await Run(
            "using Microsoft.DotNet.Interactive.Formatting;\nrecord Pear;\nFormatter.Register<Pear>(_ => throw new InvalidOperationException(\"no pears\"), \"text/html\");\nnew Pear()"));
        Assert.Contains("no pears", string.Join('\n', failed.Traceback), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("using var s = new System.IO.MemoryStream();", "using (...)")]
    [InlineData("int x = 1;\nusing System.IO.MemoryStream s = new();", "using (...)")]
    [InlineData("await using var s = new System.IO.MemoryStream();", "using (...)")]
    [InlineData("namespace A { class B { } }", "namespace")]
    [InlineData("namespace A;\nclass B { }", "namespace")]
    [InlineData("file class B { }", "File-local")]
    [InlineData("static class E { extension(string s) { public int L => s.Length; } }", "Extensions")]
    [InlineData("Span<int> s = new int[3];", "Span<int>")]
    [InlineData("var s = \"abc\".AsSpan();", "ReadOnlySpan<char>")]
    [InlineData("int x = 1;\nusing System.IO;", "using clause")]
    [InlineData("#!import \"other.ipynb\"\n1 + 1", "it swallows the failures")]
    [InlineData("int y = 1;\n#!time", "'#!time' (this runner has the C# kernel")]
    [InlineData("#!fsharp\nlet x = 1", "'#!fsharp' (this runner has the C# kernel")]
    [InlineData("#!pwsh\nls", "'#!pwsh' (this runner has the C# kernel")]
    [InlineData("#r \"nuget: NotebookHelpers.NoSuchPackage, 1.0\"", "NotebookHelpers.NoSuchPackage")]
    [InlineData("#r \"../nowhere/Nothing.dll\"", "could not be found")]
    public async Task What_the_real_kernel_refuses_is_refused(string code, string reason)
    {
        var failed = Failure(await Run(code));
        Assert.Equal("CompilationError", failed.Name);
        Assert.Contains(reason, failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("display(1).Update(2);")]
    [InlineData("var d = display(1);\nd.Update(2);")]
    public async Task An_update_that_the_real_kernel_loses_fails_the_cell(string code)
    {
        var failed = Failure(await Run(code));
        Assert.Equal("UpdateWithoutDisplay", failed.Name);
        Assert.Contains("KernelInvocationContext.Current.Display(x)", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_cell_may_update_a_display()
    {
        var shown = Values(await Run(
            "using Microsoft.DotNet.Interactive;\nvar bar = KernelInvocationContext.Current.Display(\"0\");\n\"<i>\".DisplayAs(\"text/html\");",
            "bar.Update(\"1\");"));
        Assert.Equal(["0", "<i>", "1"], shown.Select(s => s.Data.Single().Value));
        Assert.Equal([ShownAs.Display, ShownAs.Display, ShownAs.Update], shown.Select(s => s.Kind));
        Assert.Equal(shown[0].DisplayId, shown[2].DisplayId);
        Assert.Equal("text/html", shown[1].Data.Single().Key);
    }

    [Fact]
    public async Task Packages_come_by_nuget_directive() => Assert.Equal("text/plain: some text", Values(await Run(
        "#r \"nuget: Humanizer.Core, 2.14.1\"\nusing Humanizer;", "\"some_text\".Humanize()"))
        .Where(shown => shown.Kind == ShownAs.Result).Select(shown => $"{shown.Data.Single().Key}: {shown.Data.Single().Value}").Single());

    [Theory]
    [InlineData("int[] q = [1, 2];\nq.Sum()")]
    [InlineData("class C(int z) { public int Z => z; }\nnew C(3).Z")]
    [InlineData("\"\"\"\nraw\n\"\"\"")]
    [InlineData("using (var s = new System.IO.MemoryStream()) { s.WriteByte(1); }")]
    [InlineData("void F() { using var s = new System.IO.MemoryStream(); }\nF();")]
    [InlineData("int F() { Span<int> s = stackalloc int[3]; return s.Length; }\nF()")]
    public async Task What_the_real_kernel_takes_is_taken(string code) => Assert.IsType<CellSucceeded>((await Run(code))[^1]);

    [Fact]
    public async Task Endless_output_is_cut()
    {
        var events = await Run(
            "var line = new string('x', 1_000_000);\nfor (int i = 0; i < 40; i++) Console.Write(line);", "Console.Write(\"next cell\");");
        Assert.InRange(events.OfType<StreamWritten>().Sum(e => (long)e.Text.Length), 15_000_000, 16_001_000);
        string[] last = [.. events.OfType<StreamWritten>().TakeLast(2).Select(e => e.Text)];
        Assert.Contains("was cut", last[0], StringComparison.Ordinal);
        Assert.Equal("next cell", last[1]);
        Assert.IsType<CellSucceeded>(events[^1]);
    }

    [Fact]
    public async Task Any_text_survives_the_way_to_the_runner()
    {
        const string Text = "\0\u0001\u001b[31m\r\n\u2028\"\\ 대조 학습 😀";
        var sent = Assert.Single((await Run($"Console.Write({Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(Text, true)});")).OfType<StreamWritten>());
        Assert.Equal(Text, Assert.IsType<StreamWritten>(ExecutionEvent.FromLine(sent.ToLine())).Text);
        Assert.DoesNotContain('\n', sent.ToLine());
        var half = new StreamWritten("stdout", "half a pair \uD800.");
        Assert.Equal("half a pair \uFFFD.", ((StreamWritten)ExecutionEvent.FromLine(half.ToLine())).Text);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(0.1)]
    public void Any_number_survives_the_way_to_the_runner(double measured)
    {
        var sent = new NotebookEnded([new("a claim", measured, false)]);
        Assert.Equal(sent.Claims, ((NotebookEnded)ExecutionEvent.FromLine(sent.ToLine())).Claims);
    }

    private static async Task<List<ExecutionEvent>> Run(params string[] cells)
    {
        List<ExecutionEvent> events = [];
        using var kernel = new NotebookKernel();
        foreach (string cell in cells)
            if (!await kernel.RunAsync(cell, events.Add)) break;
        return events;
    }

    private static List<ValueShown> Values(IEnumerable<ExecutionEvent> events) => [.. events.OfType<ValueShown>()];

    private static string Value(List<ExecutionEvent> events)
    {
        Assert.IsType<CellSucceeded>(events[^1]);
        var (type, text) = Assert.Single(Assert.Single(Values(events)).Data);
        return $"{type}: {text}";
    }

    private static CellFailed Failure(List<ExecutionEvent> events) => Assert.IsType<CellFailed>(events[^1]);

    /// <summary>Events as text, pieces of one stream put together.</summary>
    private static List<string> Merge(IEnumerable<ExecutionEvent> events)
    {
        List<string> merged = [];
        string? stream = null;
        foreach (var happened in events)
        {
            if (happened is StreamWritten written)
            {
                if (written.Name == stream) merged[^1] += written.Text;
                else merged.Add($"{written.Name}:{written.Text}");
                stream = written.Name;
                continue;
            }
            stream = null;
            if (happened is ValueShown shown) merged.Add($"{shown.Kind} {shown.Data.Single().Key}: {shown.Data.Single().Value}");
        }
        return merged;
    }
}
