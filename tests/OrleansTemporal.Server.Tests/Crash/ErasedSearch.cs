using OrleansTemporal.Causality;
using OrleansTemporal.Simulation.Tests.Erasures;
using OrleansTemporal.Simulation.Tests.Worlds;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Memory;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Looks for what was erased in every file of a data folder, segments and runs unpacked, until nothing is left.</summary>
internal sealed class ErasedSearch(string folder, IReadOnlyList<string> namespaces)
{
    private const int Newest = 24;
    private const int Older = 8;
    private const int PartitionsMax = 8;
    private const string LockFile = "lock";
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(40);

    /// <summary>Waits for the removal of some of the values; housekeeping does that, whoever asks.</summary>
    /// <returns>How many values were looked for.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> erased, CampaignReport report, Random random)
    {
        var values = erased.TakeLast(Newest).Concat(Enumerable.Range(0, erased.Count == 0 ? 0 : Older).Select(_ => erased[random.Next(erased.Count)])).Distinct().ToList();
        if (values.Count == 0)
            return 0;
        string? left = null;
        try
        {
            await Eventually.HoldsAsync("nothing of what was erased is in any file", async () =>
            {
                left = await FindAsync(values);
                return left is null;
            }, RemovalLimit);
        }
        catch (TimeoutException)
        {
            report.Fault($"not removed: {left}");
        }

        return values.Count;
    }

    private async Task<string?> FindAsync(List<string> values)
    {
        StoredBytesSearch search;
        try
        {
            search = await StoredBytesSearch.ReadAsync(await ReadAsync(), [.. Agents()]);
        }
        catch (Exception changed) when (changed is IOException or Errors.TemporalException)
        {
            return $"the folder changes while it is read: {changed.Message}";
        }

        foreach (var value in values)
        {
            try
            {
                search.RequireNothingOf(value);
            }
            catch (ViolationException found)
            {
                return found.Message;
            }
        }

        return null;
    }

    private IEnumerable<AgentId> Agents() =>
        namespaces.SelectMany(static name => Enumerable.Range(0, PartitionsMax).Select(partition => new AgentId("default", AgentKind.Kv, name, partition)));

    // Without the zeros that journal files are laid out with, and without the file that the server holds locked.
    private async Task<MemoryImage> ReadAsync()
    {
        var image = new MemoryImage();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetRelativePath(folder, path) == LockFile)
                continue;
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false);
            var name = Path.GetRelativePath(folder, path);
            image.Files[name] = name.StartsWith(JournalFormat.Folder, StringComparison.Ordinal) ? bytes[..(bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1)] : bytes;
        }

        return image;
    }
}
