using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace NotebookRunner;

/// <summary>Brings KaTeX, which draws the mathematics, into the site: from npm where npm is there, else by a link to its CDN.</summary>
internal static class Katex
{
    private const string Version = "0.19.1";

    /// <summary>Copies KaTeX into the assets folder, unless an earlier run did.</summary>
    /// <returns>What stands before "katex.min.js" in the pages' links.</returns>
    public static string Provide(string assets)
    {
        string target = Path.Combine(assets, "katex-" + Version);
        if (Directory.Exists(target) || TryFetch(target)) return $"assets/katex-{Version}/";
        return $"https://cdn.jsdelivr.net/npm/katex@{Version}/dist/";
    }

    private static bool TryFetch(string target)
    {
        var scratch = Directory.CreateTempSubdirectory("katex-");
        try
        {
            if (!Pack(scratch.FullName)) return false;
            string unpacked = Path.Combine(scratch.FullName, "unpacked");
            Directory.CreateDirectory(unpacked);
            using (var gzip = new GZipStream(File.OpenRead(scratch.GetFiles("*.tgz").Single().FullName), CompressionMode.Decompress))
                TarFile.ExtractToDirectory(gzip, unpacked, overwriteFiles: true);

            string source = Path.Combine(unpacked, "package", "dist"), staging = target + ".tmp";
            Directory.CreateDirectory(Path.Combine(staging, "fonts"));
            foreach (string name in new[] { "katex.min.js", "katex.min.css" }) File.Copy(Path.Combine(source, name), Path.Combine(staging, name), overwrite: true);
            foreach (string font in Directory.GetFiles(Path.Combine(source, "fonts"), "*.woff2"))
                File.Copy(font, Path.Combine(staging, "fonts", Path.GetFileName(font)), overwrite: true);
            Directory.Move(staging, target);
            return true;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or InvalidOperationException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"KaTeX could not be copied into the site ({error.Message}); the pages link to its CDN.");
            return false;
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static bool Pack(string folder)
    {
        // On Windows npm is a script, which only a shell starts.
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd", ["/c", "npm", "pack", "--silent", "katex@" + Version]) : new ProcessStartInfo("npm", ["pack", "--silent", "katex@" + Version]);
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
