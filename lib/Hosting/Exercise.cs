using System.Net;

namespace NotebookHelpers;

/// <summary>What an exercise's checker cell shows.</summary>
/// <param name="Name">The exercise.</param>
/// <param name="Solved">Whether the answer passed the check.</param>
/// <param name="Hint">What to try while it did not.</param>
public sealed record ExerciseResult(string Name, bool Solved, string Hint) : IHtmlReport
{
    /// <inheritdoc/>
    public string ToHtml() => $"<div class=\"nbh-exercise\" role=\"status\">{WebUtility.HtmlEncode(ToString())}</div>";

    /// <inheritdoc/>
    public override string ToString() => Solved ? $"✓ {Name}: solved." : $"○ {Name}: not solved yet. {Hint}";
}

/// <summary>Checks answers to exercises. An open exercise does not stop the notebook, unless the strict mode asks for it.</summary>
public static class Exercise
{
    /// <summary>The environment variable that makes an open exercise an error: <c>strict</c>.</summary>
    public const string Variable = "NOTEBOOKS_EXERCISES";

    private static readonly List<ExerciseResult> Checked = [];

    /// <summary>The exercises checked so far, in order.</summary>
    public static IReadOnlyList<ExerciseResult> All => Checked;

    /// <summary>Checks an answer; an exception inside the check counts as not solved.</summary>
    /// <param name="name">The exercise; a result of the same name is replaced.</param>
    /// <param name="solved">The check of the reader's answer.</param>
    /// <param name="hint">What to try while it does not pass.</param>
    /// <exception cref="InvalidOperationException">The answer does not pass and <see cref="Variable"/> is <c>strict</c>.</exception>
    public static ExerciseResult Check(string name, Func<bool> solved, string hint)
    {
        var result = new ExerciseResult(name, Passes(solved), hint);
        int at = Checked.FindIndex(earlier => earlier.Name == name);
        if (at < 0) Checked.Add(result);
        else Checked[at] = result;
        bool strict = string.Equals(Environment.GetEnvironmentVariable(Variable), "strict", StringComparison.OrdinalIgnoreCase);
        return result.Solved || !strict ? result : throw new InvalidOperationException(result.ToString());
    }

    internal static void Clear() => Checked.Clear();

    // A half-written answer may throw anything; to the reader that is simply not solved yet.
    private static bool Passes(Func<bool> solved)
    {
        try { return solved(); }
#pragma warning disable CA1031
        catch (Exception) { return false; }
#pragma warning restore CA1031
    }
}
