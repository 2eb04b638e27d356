using System.Globalization;
using System.Text;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>What the kv benchmarks share: documents, folders, medians.</summary>
internal static class KvBench
{
    /// <summary>A canonical JSON document of about so many bytes, different for every number.</summary>
    public static byte[] Document(long number, int bytes)
    {
        var text = new StringBuilder("{\"amount\":").Append(number).Append(",\"id\":\"").Append(number).Append('"');
        var field = 0;
        var state = (ulong)number;
        while (text.Length < bytes - 32)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            text.Append(CultureInfo.InvariantCulture, $",\"k{field++:D3}\":\"{state:x16}\"");
        }

        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    /// <summary>Opens a database in a new folder, removed by the caller.</summary>
    public static ValueTask<TemporalDatabase> OpenAsync(string folder, StorageOptions? storage = null) =>
        TemporalDatabase.OpenAsync(new TemporalOptions { DataDirectory = folder, Storage = storage ?? new StorageOptions() });

    public static string NewFolder(string name)
    {
        var folder = Path.Combine(Environment.GetEnvironmentVariable("OT_BENCH_FOLDER") ?? Path.GetTempPath(), $"ot-{name}-{Environment.ProcessId}");
        return Directory.CreateDirectory(folder).FullName;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    public static long FolderBytes(string folder, string below = "") =>
        Directory.Exists(Path.Combine(folder, below))
            ? Directory.EnumerateFiles(Path.Combine(folder, below), "*", SearchOption.AllDirectories).Sum(static file => new FileInfo(file).Length)
            : 0;

    public static int Argument(string[] args, int index, int fallback) =>
        args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : fallback;
}
