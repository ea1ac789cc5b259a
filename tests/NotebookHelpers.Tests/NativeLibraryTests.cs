using System.Diagnostics;

namespace NotebookHelpers.Tests;

/// <summary>The build step that makes libLibTorchSharp.so loadable with an older libstdc++ (lib/Loading/LoadableNatives.targets).</summary>
public sealed class NativeLibraryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Copy_is_edited_once_and_the_package_never()
    {
        if (!OperatingSystem.IsLinux()) return;
        string package = PackagedLibrary(), copy = _folder.File("libLibTorchSharp.so"), system = _folder.File("libstdc++.so.6");
        byte[] original = File.ReadAllBytes(package);
        File.Copy(package, copy);
        var stamp = File.GetLastWriteTimeUtc(copy);
        File.WriteAllText(system, "\0GLIBCXX_3.4.30\0"); // a system that lacks the wanted version

        Assert.Equal(0, Build(copy, system));
        byte[] edited = File.ReadAllBytes(copy);
        Assert.Equal(original.Length, edited.Length);
        Assert.Equal(-1, edited.AsSpan().IndexOf("\0GLIBCXX_3.4.32\0"u8));
        Assert.Equal(-1, edited.AsSpan().IndexOf("\0_ZSt21ios_base_library_initv\0"u8));
        Assert.Equal(stamp, File.GetLastWriteTimeUtc(copy)); // so that the next build need not copy it again
        Assert.Equal(original, File.ReadAllBytes(package));
        Assert.Equal([copy, system], Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal));
        // Where this system needed the edit, the library that every other test runs on is the same file.
        byte[] inUse = File.ReadAllBytes(Path.Combine(HelpersAssemblies.Folder, "libLibTorchSharp.so"));
        Assert.Contains(inUse, new[] { original, edited });

        Assert.Equal(0, Build(copy, system));
        Assert.Equal(edited, File.ReadAllBytes(copy));
    }

    [Fact]
    public void Newer_system_is_left_alone()
    {
        if (!OperatingSystem.IsLinux()) return;
        string copy = _folder.File("libLibTorchSharp.so"), system = _folder.File("libstdc++.so.6");
        File.Copy(PackagedLibrary(), copy);
        byte[] original = File.ReadAllBytes(copy);
        File.WriteAllText(system, "\0GLIBCXX_3.4.30\0GLIBCXX_3.4.32\0");
        Assert.Equal(0, Build(copy, system));
        Assert.Equal(original, File.ReadAllBytes(copy));
    }

    [Fact]
    public void Unknown_library_is_refused_with_a_clear_error()
    {
        if (!OperatingSystem.IsLinux()) return;
        string copy = _folder.File("libLibTorchSharp.so"), system = _folder.File("libstdc++.so.6");
        File.WriteAllText(copy, "not a library");
        File.WriteAllText(system, "\0GLIBCXX_3.4.30\0");
        Assert.NotEqual(0, Build(copy, system));
        Assert.Equal("not a library", File.ReadAllText(copy));
    }

    private static string PackagedLibrary()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Directory.GetFiles(Path.Combine(packages, "torchsharp"), "libLibTorchSharp.so", SearchOption.AllDirectories)
            .Single(path => path.Contains("linux-x64", StringComparison.Ordinal));
    }

    private static int Build(string library, string systemLibrary)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = HelpersAssemblies.RepositoryRoot,
            RedirectStandardOutput = true,
        };
        foreach (string argument in new[] { "msbuild", "NotebookHelpers.csproj", "-t:MakeNativesLoadable", "-nologo", "-v:q", "-nodeReuse:false", $"-p:NativeLibrary={library}", $"-p:CxxLibrary={systemLibrary}" })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 || output.Contains("error", StringComparison.Ordinal), output);
        return process.ExitCode;
    }
}
