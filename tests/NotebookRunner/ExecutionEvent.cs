using System.Text.Json;
using System.Text.Json.Serialization;

namespace NotebookRunner;

/// <summary>What a notebook's process tells the runner: one JSON line each, in the order in which it happened.</summary>
[JsonDerivedType(typeof(CellStarted), "cell")]
[JsonDerivedType(typeof(StreamWritten), "stream")]
[JsonDerivedType(typeof(ValueShown), "value")]
[JsonDerivedType(typeof(CellFailed), "failed")]
[JsonDerivedType(typeof(CellSucceeded), "succeeded")]
[JsonDerivedType(typeof(NotebookEnded), "ended")]
public abstract record ExecutionEvent
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public string ToLine() => JsonSerializer.Serialize(this, Json);

    public static ExecutionEvent FromLine(string line) => JsonSerializer.Deserialize<ExecutionEvent>(line, Json)!;
}

/// <summary>A cell begins; <paramref name="Number"/> counts the code cells that run, from 0.</summary>
public sealed record CellStarted(int Number) : ExecutionEvent;

/// <summary>Text on stdout or stderr.</summary>
public sealed record StreamWritten(string Name, string Text) : ExecutionEvent;

/// <summary>A formatted value: a display, the update of one, or the cell's last expression.</summary>
public sealed record ValueShown(ShownAs Kind, string DisplayId, Dictionary<string, string> Data) : ExecutionEvent;

public enum ShownAs
{
    Display,
    Update,
    Result,
}

/// <summary>The cell did not compile or threw.</summary>
public sealed record CellFailed(string Name, string Message, string[] Traceback) : ExecutionEvent;

/// <summary>The cell ran to its end.</summary>
public sealed record CellSucceeded : ExecutionEvent;

/// <summary>All cells ran, or one failed; with the claims the notebook made until then.</summary>
public sealed record NotebookEnded(Claim[] Claims) : ExecutionEvent;

/// <summary>A number the notebook promised, whether what it measured lies in the promised band, and the band's two ends.</summary>
public sealed record Claim(
    string Name, double Measured, bool Holds, double Low = double.NegativeInfinity, double High = double.PositiveInfinity);
