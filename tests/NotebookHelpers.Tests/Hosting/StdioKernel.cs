using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace NotebookHelpers.Tests.Hosting;

/// <summary>
/// The .NET Interactive tool as VS Code runs it: `dotnet interactive stdio`, one line of JSON for each command and event. It runs in a
/// new folder below the repository's root, because there the tool's manifest holds.
/// </summary>
internal sealed class StdioKernel : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly Lazy<Task> s_restored = new(RestoreToolAsync);

    private readonly Process _process;
    private int _commands;

    private StdioKernel(string folder)
    {
        Folder = folder;
        _process = Start(folder, "interactive", "stdio");
    }

    /// <summary>The current directory of the kernel.</summary>
    public string Folder { get; }

    public static async Task<StdioKernel> StartAsync()
    {
        await s_restored.Value;
        string folder = Path.Combine(HelpersAssemblies.RepositoryRoot, "artifacts", "stdio", Guid.NewGuid().ToString("N"));
        var kernel = new StdioKernel(Directory.CreateDirectory(folder).FullName);
        try
        {
            await kernel.ReadAsync(happened => happened.Type == "KernelReady");
        }
        catch
        {
            kernel.Dispose(); // else the kernel would outlive the test
            throw;
        }
        return kernel;
    }

    /// <summary>Runs a cell to its end.</summary>
    public async Task<CellRun> RunAsync(string code) => await EndAsync(await SubmitAsync(code));

    /// <summary>Begins a cell.</summary>
    /// <returns>What to await its end by.</returns>
    public Task<string> SubmitAsync(string code) => SendAsync("SubmitCode", new { code, targetKernelName = "csharp" });

    /// <summary>What VS Code's stop button sends.</summary>
    public Task CancelAsync() => SendAsync("Cancel", new { targetKernelName = "csharp" });

    /// <summary>What happens until a cell has ended.</summary>
    public async Task<CellRun> EndAsync(string token) =>
        new(await ReadAsync(happened => happened.Token == token && happened.Type is ("CommandSucceeded" or "CommandFailed")));

    /// <summary>What happens until something has happened.</summary>
    public async Task<List<StdioEvent>> ReadAsync(Func<StdioEvent, bool> isLast)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var events = new List<StdioEvent>();
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (!line.StartsWith('{')) continue; // the tool's notice at its first start
            events.Add(StdioEvent.Parse(line));
            if (isLast(events[^1])) return events;
        }
        throw new EndOfStreamException("The kernel ended. " + await _process.StandardError.ReadToEndAsync(timeout.Token));
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<string> SendAsync(string type, object command)
    {
        string token = $"c{++_commands}";
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { commandType = type, command, token }));
        await _process.StandardInput.FlushAsync();
        return token;
    }

    private static async Task RestoreToolAsync()
    {
        using var restore = Start(HelpersAssemblies.RepositoryRoot, "tool", "restore");
        string output = await restore.StandardOutput.ReadToEndAsync();
        await restore.WaitForExitAsync();
        Assert.True(restore.ExitCode == 0, output);
    }

    private static Process Start(string folder, params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", arguments)
    {
        WorkingDirectory = folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardInputEncoding = new UTF8Encoding(false),
        StandardOutputEncoding = Encoding.UTF8,
        Environment = { ["DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT"] = "1", ["OMP_NUM_THREADS"] = "1" },
    })!;
}

/// <summary>One event of the kernel; its token names the command that it belongs to.</summary>
internal sealed record StdioEvent(string Type, string? Token, JsonElement Content)
{
    /// <summary>The first of the forms in which a value is shown; empty for other events.</summary>
    public string Text => Content.TryGetProperty("formattedValues", out var values) && values.GetArrayLength() > 0
        ? values[0].GetProperty("value").GetString()!
        : "";

    public static StdioEvent Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        string? token = root.TryGetProperty("command", out var command) && command.ValueKind == JsonValueKind.Object
            ? command.GetProperty("token").GetString()
            : null;
        return new(root.GetProperty("eventType").GetString()!, token, root.GetProperty("event").Clone());
    }
}

/// <summary>What a cell did.</summary>
internal sealed record CellRun(IReadOnlyList<StdioEvent> Events)
{
    /// <summary>Why the cell failed; null if it ran to its end.</summary>
    public string? Error =>
        Events[^1] is { Type: "CommandFailed", Content: var content } ? content.GetProperty("message").GetString() : null;

    public string Output => Texts("StandardOutputValueProduced");

    /// <summary>What a reader sees in red beside the error: standard error, and the compiler's notes.</summary>
    public string Notes => Texts("StandardErrorValueProduced") + string.Concat(
        Events.Where(happened => happened.Type == "DiagnosticsProduced")
            .SelectMany(happened => happened.Content.GetProperty("diagnostics").EnumerateArray())
            .Select(found => found.GetProperty("code").GetString() + "\n"));

    /// <summary>The HTML of the cell's last expression; fails if the cell did.</summary>
    public string Shown()
    {
        Assert.Null(Error);
        return Texts("ReturnValueProduced");
    }

    private string Texts(string type) => string.Concat(Events.Where(happened => happened.Type == type).Select(happened => happened.Text));
}
