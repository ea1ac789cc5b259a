using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>A name or place that no new notebook can have.</summary>
public sealed class NewNotebookException(string message) : Exception(message);

/// <summary>Adds a notebook to the series: a file that runs, passes the rules and is linked from its neighbours.</summary>
public static partial class NewNotebook
{
    private const string All = "[All notebooks](../README.md)";

    /// <summary>Creates the notebook from the template and links the series anew.</summary>
    /// <param name="folder">The folder with the notebooks.</param>
    /// <param name="name">Two digits and words, such as 09-metric-trees.</param>
    /// <param name="title">The title without the number.</param>
    /// <returns>The new file's path.</returns>
    /// <exception cref="NewNotebookException">The name is malformed, or its number is taken.</exception>
    public static string Create(string folder, string name, string title)
    {
        if (!Name().IsMatch(name))
            throw new NewNotebookException(
                $"A notebook is called by two digits and lower-case words, such as 09-metric-trees; got '{name}'.");
        if (string.IsNullOrWhiteSpace(title) || title.AsSpan().IndexOfAny('\n', '\r', '[') >= 0)
            throw new NewNotebookException("Expected a title in one line, without brackets.");
        if (!Directory.Exists(folder)) throw new NewNotebookException($"There is no folder {folder}.");
        if (Array.Find(
            NotebookSelection.In(folder), other => Path.GetFileName(other).StartsWith(name[..3], StringComparison.Ordinal)) is { } taken)
            throw new NewNotebookException($"The number {name[..2]} is taken by {Path.GetFileName(taken)}.");
        string path = Path.Combine(folder, name + ".ipynb");
        NotebookForm.Replace(path, NotebookForm.Normal(NotebookForm.Notebook(Template(name[..2], title.Trim()))));
        Link(folder);
        return path;
    }

    /// <summary>Brings the line of links in every notebook's first cell up to date.</summary>
    public static void Link(string folder)
    {
        string[] paths = NotebookSelection.In(folder);
        JsonObject[] notebooks = [.. paths.Select(NotebookFile.ReadJson)];
        string Reference(int i) =>
            $"[{NotebookForm.Source(notebooks[i]["cells"]![0]!).Split('\n')[0].TrimStart('#', ' ')}]({Path.GetFileName(paths[i])})";
        for (int i = 0; i < paths.Length; i++)
        {
            var opening = notebooks[i]["cells"]![0]!;
            string links = (i > 0 ? $"Previous: {Reference(i - 1)} · " : "") + All
                + (i + 1 < paths.Length ? $" · Next: {Reference(i + 1)}" : "");
            string before = NotebookForm.Source(opening);
            string after = string.Join(
                '\n', before.Split('\n').Select(line => line.Contains(All, StringComparison.Ordinal) ? links : line));
            if (after == before) continue;
            opening["source"] = NotebookForm.Lines(after);
            NotebookForm.Replace(paths[i], NotebookForm.Normal(notebooks[i]));
        }
    }

    private static IEnumerable<(string Id, bool IsCode, string Source)> Template(string number, string title) =>
    [
        ("title", false, $"""
            # {number} · {title}

            **One sentence of promise.**

            You will be able to

            - first;
            - second;
            - third.

            Under a minute on two CPU cores. The cells build on each other: run them from the top.

            {All}
            """),
        ("setup", true, $"""
            // Run this cell first, then the others in order (Restart & Run All does both). If the next
            // line fails, run `dotnet build` in the repository's root, then restart the kernel.
            #r "../artifacts/helpers/NotebookHelpers.dll"
            #r "../artifacts/helpers/FSharp.Core.dll"
            using NotebookHelpers;
            using TorchSharp;
            using static TorchSharp.torch;

            Notebook.Start(seed: {int.Parse(number)});
            """),
        ("idea", false, """
            ## The idea

            Concept, equation, then by hand on something small enough to read:

            $$\lVert x \rVert = \sqrt{\textstyle\sum_i x_i^2} .$$

            **Predict** the length of (3, 4).
            """),
        ("by-hand", true, """
            double byHand = Math.Sqrt(3 * 3 + 4 * 4);
            double byLibrary = tensor(new[] { 3.0, 4.0 }).norm().item<double>();
            $"by hand {byHand:0.0000}, by the library {byLibrary:0.0000}"
            """),
        ("by-hand-note", false, "Both are 5: three, four and five are the sides of a right triangle."),
        ("exercises", false, """
            ## Exercises

            **1.** What is the length of (1, 2, 2)?
            """),
        ("exercise-1-blank", true, "double? length = null; // your answer"),
        ("exercise-1-check", true, """
            double norm = tensor(new[] { 1.0, 2.0, 2.0 }).norm().item<double>();
            Exercise.Check("a length", length, answer => Math.Abs(answer - norm) < 1e-9,
                "The root of the sum of the squares.")
            """),
        ("exercise-1-solution", false, """
            <details><summary>Solution</summary>

            ```csharp
            double? length = Math.Sqrt(1 + 4 + 4);
            ```
            </details>
            """),
        ("exercise-2", false, "**2.** Write the length of any vector as a function."),
        ("exercise-2-blank", true, "double Length(double[] x) => throw Exercise.NotTried; // your answer"),
        ("exercise-2-check", true, """
            Exercise.Check("the length of any vector",
                () => Math.Abs(Length([1, 1, 1, 1]) - 2) < 1e-9 && Length([-3, 4]) == 5,
                "Select the squares, then Sum, then Math.Sqrt.")
            """),
        ("exercise-2-solution", false, """
            <details><summary>Solution</summary>

            ```csharp
            double Length(double[] x) => Math.Sqrt(x.Select(value => value * value).Sum());
            ```
            </details>
            """),
        ("summary", false, """
            ## Key takeaways

            - One sentence for each thing learned.

            ## Sources

            - Author, [title](https://example.org), year: what was taken.

            ### Claims

            What the text above says, as numbers of this run. A number outside its band stops the notebook.
            """),
        ("claims-table", true, """
            Claims.AtMost("length by hand and by the library, difference",
                Math.Abs(byHand - byLibrary), 1e-12, "exact, up to rounding");
            Claims.Table()
            """),
    ];

    [GeneratedRegex("^[0-9]{2}(-[a-z0-9]+)+$")]
    private static partial Regex Name();
}
