using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookRunner;

/// <summary>A claim's name, if it is a literal, and the code of its value.</summary>
public sealed record ClaimCall(string? Name, string Value);

/// <summary>What a finished run measured.</summary>
/// <param name="Calls">The claims of the code that ran.</param>
/// <param name="Claims">What they measured.</param>
/// <param name="EndedAt">The cell at which an untrained run ended before its time, and why; null if all cells ran.</param>
public sealed record CalibrationRun(IReadOnlyList<ClaimCall> Calls, IReadOnlyList<Claim> Claims, string? EndedAt = null);

/// <summary>The finished runs of a notebook, so that an interrupted calibration goes on where it was.</summary>
/// <remarks>
/// A run counts as long as the code that it ran stands: the tokens of the code cells, so that text, comments and white space may
/// change. Bounds and sources of claims may change too, and claims may go, for a run does not depend on them; a claim that is new or
/// whose value is computed in another way needs a new run. A change of the library does not: delete the folder after one.
/// </remarks>
/// <param name="folder">Where the runs lie.</param>
/// <param name="notebook">The notebook.</param>
internal sealed class CalibrationStore(string folder, NotebookDocument notebook)
{
    private static readonly JsonSerializerOptions Form = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
    };

    private readonly IReadOnlyList<ClaimInCode> _claims = ClaimInCode.In(notebook.Cells.Select(cell => cell.Source));
    private readonly string _code = Hash(string.Concat(notebook.Cells.Select(cell => CodeWithoutClaims(cell.Source))));

    /// <summary>The notebook's claims as code, as a run that is stored now has them.</summary>
    public IReadOnlyList<ClaimCall> Calls => [.. _claims.Select(CallOf)];

    /// <summary>
    /// The stored run with this setting, with the claims that the notebook still makes and their present bounds; null if there is none.
    /// </summary>
    public CalibrationRun? Find(CalibrationSetting setting)
    {
        CalibrationRun? run;
        try
        {
            run = JsonSerializer.Deserialize<CalibrationRun>(File.ReadAllText(PathOf(setting)), Form);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null; // not there, or cut off: it runs again
        }
        return run is { Calls: not null, Claims: not null } && Calls.All(run.Calls.Contains) ? UpToDate(run) : null;
    }

    public void Add(CalibrationSetting setting, CalibrationRun run)
    {
        Directory.CreateDirectory(folder);
        NotebookForm.Replace(PathOf(setting), JsonSerializer.Serialize(run, Form) + "\n");
    }

    private CalibrationRun UpToDate(CalibrationRun run)
    {
        var gone = run.Calls.Except(Calls).Select(call => call.Name).Except(_claims.Select(claim => claim.Name)).ToHashSet();
        return run with { Calls = Calls, Claims = [.. run.Claims.Where(claim => !gone.Contains(claim.Name)).Select(WithBounds)] };
    }

    private Claim WithBounds(Claim claim)
    {
        var code = _claims.LastOrDefault(each => each.Name == claim.Name);
        if (code is null || double.IsNaN(code.Low) || double.IsNaN(code.High)) return claim;
        return claim with
        {
            Low = code.Low, High = code.High, Holds = claim.Measured >= code.Low && claim.Measured <= code.High,
        };
    }

    private string PathOf(CalibrationSetting setting)
    {
        string kernels = setting.HasOtherKernels ? $"{setting.AtenCpuCapability}-{setting.OnednnMaxCpuIsa}" : "own";
        string run = setting.Untrained ? "untrained" : $"seed-{setting.Seed}";
        return Path.Combine(folder, $"{run}-threads-{setting.Threads}-{kernels}-{_code[..16]}.json");
    }

    private static ClaimCall CallOf(ClaimInCode claim)
    {
        var arguments = claim.Call.ArgumentList.Arguments;
        return new(claim.Name, string.Join(' ', arguments.Take(claim.Name is null ? 0..2 : 1..2).SelectMany(Tokens)));
    }

    private static string CodeWithoutClaims(string cell)
    {
        var root = ClaimInCode.Parse(cell);
        SyntaxNode[] dropped =
        [
            .. ClaimInCode.CallsIn(root).Select(call => call.Parent is ExpressionStatementSyntax statement ? statement : (SyntaxNode)call),
            // A source that several claims share.
            .. root.DescendantNodes().OfType<VariableDeclarationSyntax>().Where(IsSource).Select(source => source.Parent!),
        ];
        var tokens = root.DescendantTokens(descendIntoTrivia: true);
        return string.Join(
            ' ', tokens.Where(token => !Array.Exists(dropped, node => node.Span.Contains(token.Span))).Select(token => token.Text));
    }

    private static bool IsSource(VariableDeclarationSyntax declaration) =>
        declaration.Variables is [{ Initializer.Value: { } value }]
        && value.GetFirstToken().ValueText is { } text && text.StartsWith("measured", StringComparison.Ordinal);

    private static IEnumerable<string> Tokens(SyntaxNode node) => node.DescendantTokens().Select(token => token.Text);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
