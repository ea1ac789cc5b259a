using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace NotebookRunner;

/// <summary>Brings KaTeX, which draws the mathematics, into the site: from npm where npm is there, else by a link to its CDN.</summary>
internal static class Katex
{
    private const string Version = "0.19.1";

    /// <summary>Writes KaTeX into the site. It is fetched once and kept for later runs.</summary>
    /// <param name="write">Writes a file of the site.</param>
    /// <returns>What stands before "katex.min.js" in the pages' links.</returns>
    public static string Provide(Action<string, byte[]> write)
    {
        string kept = Path.Combine(Repository.Cache, "katex-" + Version);
        if (!Directory.Exists(kept) && !TryFetch(kept)) return $"https://cdn.jsdelivr.net/npm/katex@{Version}/dist/";
        foreach (string file in Directory.GetFiles(kept, "*", SearchOption.AllDirectories))
            write("assets/katex/" + Path.GetRelativePath(kept, file).Replace('\\', '/'), File.ReadAllBytes(file));
        return "assets/katex/";
    }

    private static bool TryFetch(string target)
    {
        try
        {
            Directory.CreateDirectory(Repository.Cache);
            var scratch = Directory.CreateDirectory(Path.Combine(Repository.Cache, $"katex-{Guid.NewGuid():N}.tmp"));
            try
            {
                if (!Pack(scratch.FullName)) return false;
                var staging = Directory.CreateDirectory(Path.Combine(scratch.FullName, "kept"));
                using (var package = new GZipStream(File.OpenRead(scratch.GetFiles("*.tgz").Single().FullName), CompressionMode.Decompress))
                    Unpack(package, staging.FullName);
                Directory.Move(staging.FullName, target);
                return true;
            }
            finally
            {
                scratch.Delete(recursive: true);
            }
        }
        catch (Exception error)
            when (error is IOException or InvalidDataException or InvalidOperationException or UnauthorizedAccessException)
        {
            if (Directory.Exists(target)) return true; // another run was faster
            Console.Error.WriteLine($"KaTeX could not be copied into the site ({error.Message}); the pages link to its CDN.");
            return false;
        }
    }

    // Script, style and the one font format that every browser of today reads.
    private static void Unpack(Stream package, string folder)
    {
        const string Root = "package/dist/";
        Directory.CreateDirectory(Path.Combine(folder, "fonts"));
        using var tar = new TarReader(package);
        while (tar.GetNextEntry() is { } entry)
        {
            string name = Path.GetFileName(entry.Name);
            if (entry.Name is Root + "katex.min.js" or Root + "katex.min.css")
                entry.ExtractToFile(Path.Combine(folder, name), overwrite: true);
            else if (entry.Name == $"{Root}fonts/{name}" && name.EndsWith(".woff2", StringComparison.Ordinal))
                entry.ExtractToFile(Path.Combine(folder, "fonts", name), overwrite: true);
        }
        if (!File.Exists(Path.Combine(folder, "katex.min.js")) || !File.Exists(Path.Combine(folder, "katex.min.css")))
            throw new InvalidDataException("its package holds no katex.min.js");
    }

    private static bool Pack(string folder)
    {
        string[] pack = ["pack", "--silent", "--fetch-retries=0", "katex@" + Version];
        // On Windows npm is a script, which only a shell starts.
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd", ["/c", "npm", .. pack]) : new ProcessStartInfo("npm", pack);
        start.WorkingDirectory = folder;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        try
        {
            using var npm = Process.Start(start)!;
            npm.OutputDataReceived += (_, _) => { };
            npm.ErrorDataReceived += (_, _) => { };
            npm.BeginOutputReadLine();
            npm.BeginErrorReadLine();
            if (npm.WaitForExit(TimeSpan.FromSeconds(60))) return npm.ExitCode == 0;
            npm.Kill(entireProcessTree: true);
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // there is no npm
        }
    }
}
