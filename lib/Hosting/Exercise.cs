using System.Net;
using System.Runtime.CompilerServices;

namespace NotebookHelpers;

/// <summary>How far an exercise is.</summary>
public enum ExerciseState
{
    /// <summary>The blank is as it was.</summary>
    NotTried,

    /// <summary>The answer runs, and is not right.</summary>
    Wrong,

    /// <summary>The answer throws an exception.</summary>
    Throws,

    /// <summary>The answer did not compile, so that the session knows only what stood there before.</summary>
    DidNotCompile,

    /// <summary>The answer is right.</summary>
    Solved,
}

/// <summary>The blank of an exercise was not replaced; see <see cref="Exercise.NotTried"/>.</summary>
public sealed class ExerciseNotTriedException() : Exception("This exercise was not tried yet: replace the line marked 'your answer'.");

/// <summary>What an exercise's checker cell shows.</summary>
/// <param name="Name">The exercise.</param>
/// <param name="State">How far it is.</param>
/// <param name="Hint">What to try after a first answer that is not right.</param>
/// <param name="Exception">What the answer threw: type and message; null if it threw nothing.</param>
public sealed record ExerciseResult(string Name, ExerciseState State, string Hint, string? Exception = null) : IHtmlReport
{
    /// <summary>The parts of the answer that did not compile.</summary>
    public IReadOnlyList<string> Uncompiled { get; init; } = [];

    /// <summary>The variables whose tensors or arrays the answer changed in place; the check has put the old values back.</summary>
    public IReadOnlyList<string> Changed { get; init; } = [];

    /// <summary>Whether the answer passed the check.</summary>
    public bool Solved => State == ExerciseState.Solved;

    /// <inheritdoc/>
    public string ToHtml() => $"<div class=\"nbh-exercise\" role=\"status\">{WebUtility.HtmlEncode(ToString())}</div>";

    /// <inheritdoc/>
    public override string ToString() => Verdict + (Changed.Count == 0 ? ""
        : $" Your answer changed {string.Join(" and ", Changed)} in place; the check has put the old values back.");

    private string Verdict => State switch
    {
        ExerciseState.DidNotCompile =>
            $"✗ {Name}: the cell that defines {string.Join(" and ", Uncompiled)} did not compile, so there is no answer to judge. "
            + "Correct that cell, run it, then this one.",
        ExerciseState.Solved => $"✓ {Name}: solved.",
        ExerciseState.NotTried => $"○ {Name}: not tried yet. Replace the line marked 'your answer', run that cell, then this one.",
        ExerciseState.Throws => $"✗ {Name}: your answer throws {Exception}. Hint: {Hint}",
        _ => $"✗ {Name}: not right yet. Hint: {Hint}",
    };
}

/// <summary>Checks answers to exercises. An open exercise does not stop the notebook, unless the strict mode asks for it.</summary>
public static class Exercise
{
    /// <summary>The environment variable that makes an open exercise an error: <c>strict</c>.</summary>
    public const string Variable = "NOTEBOOKS_EXERCISES";

    private static readonly List<ExerciseResult> Checked = [];

    /// <summary>The exercises checked so far, in order.</summary>
    public static IReadOnlyList<ExerciseResult> All => Checked;

    /// <summary>What the blank of a function throws: <c>double Area(double r) => throw Exercise.NotTried; // your answer</c>.</summary>
    public static ExerciseNotTriedException NotTried => new();

    /// <summary>Checks an answer that is a function.</summary>
    /// <param name="name">The exercise; a result of the same name is replaced.</param>
    /// <param name="solved">The check of the reader's answer; what it throws is shown.</param>
    /// <param name="hint">What to try after a first answer that is not right.</param>
    /// <exception cref="InvalidOperationException">The answer does not pass and <see cref="Variable"/> is <c>strict</c>.</exception>
    public static ExerciseResult Check(string name, Func<bool> solved, string hint)
    {
        ArgumentNullException.ThrowIfNull(solved);
        var result = RunningCell.KernelIsLoaded ? JudgeInSession(name, solved, hint) : Judge(name, solved, hint);
        int at = Checked.FindIndex(earlier => earlier.Name == name);
        if (at < 0) Checked.Add(result);
        else Checked[at] = result;
        bool strict = string.Equals(Environment.GetEnvironmentVariable(Variable), "strict", StringComparison.OrdinalIgnoreCase);
        return result.Solved || !strict ? result : throw new InvalidOperationException(result.ToString());
    }

    /// <summary>Checks an answer that is a number or another value.</summary>
    /// <param name="name">The exercise; a result of the same name is replaced.</param>
    /// <param name="answer">The reader's answer; null if there is none yet.</param>
    /// <param name="solved">The check of the answer; what it throws is shown.</param>
    /// <param name="hint">What to try after a first answer that is not right.</param>
    /// <exception cref="InvalidOperationException">The answer does not pass and <see cref="Variable"/> is <c>strict</c>.</exception>
    public static ExerciseResult Check<T>(string name, T? answer, Func<T, bool> solved, string hint) where T : struct =>
        Check(name, () => solved(answer ?? throw NotTried), hint);

    /// <inheritdoc cref="Check{T}(string, T?, Func{T, bool}, string)"/>
    public static ExerciseResult Check<T>(string name, T? answer, Func<T, bool> solved, string hint) where T : class =>
        Check(name, () => solved(answer ?? throw NotTried), hint);

    internal static void Clear() => Checked.Clear();

    // In a method of its own: what it uses comes with the kernel, which a program may not have.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ExerciseResult JudgeInSession(string name, Func<bool> solved, string hint)
    {
        var uncompiled = SessionNames.OutdatedInRunningCell();
        if (uncompiled.Count > 0) return new(name, ExerciseState.DidNotCompile, hint) { Uncompiled = uncompiled };
        using var data = SessionData.Keep();
        var result = Judge(name, solved, hint);
        return result with { Changed = data.GiveBack() };
    }

    // An answer may throw anything.
    private static ExerciseResult Judge(string name, Func<bool> solved, string hint)
    {
        try
        {
            return new(name, solved() ? ExerciseState.Solved : ExerciseState.Wrong, hint);
        }
#pragma warning disable CA1031
        catch (Exception thrown)
        {
            for (Exception? cause = thrown; cause is not null; cause = cause.InnerException)
                if (cause is ExerciseNotTriedException) return new(name, ExerciseState.NotTried, hint);
            return new(name, ExerciseState.Throws, hint, $"{thrown.GetType().Name}: {thrown.Message}");
        }
#pragma warning restore CA1031
    }
}
