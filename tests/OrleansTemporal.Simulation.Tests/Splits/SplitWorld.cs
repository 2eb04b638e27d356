using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Simulation.Tests.Worlds;

namespace OrleansTemporal.Simulation.Tests.Splits;

/// <summary>
/// What the callers of one namespace were told while its partitions came and went. It knows nothing of partitions: a
/// dictionary of lists of versions in the order of system time.
/// </summary>
internal sealed class SplitWorld
{
    public const string Ns = "n";

    private const int MomentsApart = 3;

    private readonly SortedDictionary<string, List<Told>> keys = new(StringComparer.Ordinal);
    private readonly HashSet<int> partitions = [1];
    private int writes;
    private int audits;
    private (string Key, string? Value)? asked;

    /// <summary>Acknowledged moves.</summary>
    public int Moves { get; private set; }

    /// <summary>The latest time that anybody was told.</summary>
    public HybridTimestamp Latest { get; private set; }

    public IEnumerable<HybridTimestamp> Times => keys.Values.SelectMany(static versions => versions).Select(static version => version.Time).Order();

    public async Task PutAsync(Life life, string key)
    {
        var value = $"\"{key} {++writes}\"";
        asked = (key, value);
        var result = await life.Database.KvService.PutAsync(
            CallContext.Local, Client.Workspace, Ns, key, Encoding.UTF8.GetBytes(value), KvPutOptions.None, CancellationToken.None);
        Accept(key, value, result);
    }

    public async Task DeleteAsync(Life life, string key)
    {
        asked = (key, null);
        Accept(key, null, await life.Database.KvService.DeleteAsync(CallContext.Local, Client.Workspace, Ns, key, KvPutOptions.None, CancellationToken.None));
    }

    public async Task MoveAsync(Life life, int count)
    {
        partitions.Add(count);
        await life.Database.KvService.PutSettingsAsync(CallContext.Local, Client.Workspace, Ns, new KvSettings { Partitions = count }, CancellationToken.None);
        partitions.Clear();
        partitions.Add(count);
        Moves++;
    }

    /// <summary>Everything that was told is there, nothing else is, and every chain is whole.</summary>
    public async Task AuditAsync(Life life)
    {
        var kv = life.Database.KvService;
        await TakeUnansweredAsync(life);
        foreach (var (key, versions) in keys)
        {
            var history = await HistoryAsync(life, key);
            Require(history.SequenceEqual(versions), $"the history of {key} is\n{string.Join('\n', history)}\ninstead of\n{string.Join('\n', versions)}");
        }

        // Each audit looks at other moments.
        var offset = audits++ % MomentsApart;
        foreach (var time in Times.Where((_, i) => i % MomentsApart == offset))
        {
            await CheckAsync(life, new HybridTimestamp(time.Value - 1));
            await CheckAsync(life, time);
        }

        await CheckAsync(life, null);
        var settings = await kv.GetSettingsAsync(CallContext.Local, Client.Workspace, Ns, CancellationToken.None);
        Require(partitions.Contains(settings.Partitions), $"there are {settings.Partitions} partitions instead of {string.Join(" or ", partitions)}");
        partitions.IntersectWith([settings.Partitions]);
        foreach (var report in await life.Database.Agents.VerifyAsync(CallContext.Local, Client.Workspace, CancellationToken.None))
        {
            Require(report.Fault is null, $"verification: {report.Fault}");
        }

        var live = keys.Values.Count(static versions => versions[^1].Value is not null);
        var info = (await kv.ListNamespacesAsync(CallContext.Local, Client.Workspace, null, 10, CancellationToken.None)).FirstOrDefault();
        Require((info?.LiveKeyCount ?? 0) == live && (info?.VersionCount ?? 0) == keys.Values.Sum(static versions => versions.Count), $"the counts are {info}, there are {live} keys");
    }

    public override string ToString() => $"{writes} writes and {Moves} moves, asked {asked}";

    // The write that nobody was answered is there or not; from here on it stays so.
    private async Task TakeUnansweredAsync(Life life)
    {
        if (asked is not { } unanswered)
        {
            return;
        }

        asked = null;
        var history = await HistoryAsync(life, unanswered.Key);
        var known = Of(unanswered.Key);
        if (history.Length == known.Count + 1)
        {
            Require(history[^1].Value == unanswered.Value && history[^1].Time > Latest, $"invented: {history[^1]}");
            known.Add(history[^1]);
        }

        if (known.Count == 0)
        {
            keys.Remove(unanswered.Key);
        }
    }

    private async Task CheckAsync(Life life, HybridTimestamp? time)
    {
        var kv = life.Database.KvService;
        var asOf = time is { } moment ? AsOf.At(moment) : AsOf.Latest;
        var expected = keys.ToDictionary(static pair => pair.Key, pair => pair.Value.FindLast(version => time is null || version.Time <= time));
        foreach (var (key, version) in expected)
        {
            var read = await kv.GetAsync(CallContext.Local, Client.Workspace, Ns, key, asOf, CancellationToken.None);
            Require(
                version?.Value is null ? read.Version is null : read.Version is { } found && Show(found) == version,
                $"as of {time} {key} is {(read.Version is { } shown ? Show(shown) : null)} instead of {version}");
        }

        var listed = (await kv.ListAsync(CallContext.Local, Client.Workspace, Ns, new KvListQuery { AsOf = asOf, Limit = 1_000 }, CancellationToken.None)).Entries.Select(static entry => (entry.Key, entry.WriteId));
        var live = expected.Where(static pair => pair.Value?.Value is not null).OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => (pair.Key, pair.Value!.Id));
        Require(listed.SequenceEqual(live), $"as of {time} there is {string.Join(' ', listed)} instead of {string.Join(' ', live)}");
    }

    private static async Task<Told[]> HistoryAsync(Life life, string key)
    {
        ImmutableArray<KvVersion> versions = (await life.Database.KvService.GetHistoryAsync(
            CallContext.Local, Client.Workspace, Ns, new KvHistoryQuery { Key = key, Ascending = true, Limit = 1_000 }, CancellationToken.None)).Versions;
        return [.. versions.Select(Show)];
    }

    private static Told Show(KvVersion version) =>
        new(version.IsDeleted ? null : Encoding.UTF8.GetString(version.Value.Span), version.WriteId, version.SystemTime);

    private void Accept(string key, string? value, KvWriteResult result)
    {
        asked = null;
        var told = new Told(value, result.Outcomes[0].WriteId, result.Receipt.SystemTime);
        Require(told.Time > Latest, $"{told} is not later than {Latest}");
        Latest = told.Time;
        Of(key).Add(told);
    }

    private List<Told> Of(string key)
    {
        if (!keys.TryGetValue(key, out var versions))
        {
            keys[key] = versions = [];
        }

        return versions;
    }

    private static void Require(bool holds, string promise) => ViolationException.ThrowUnless(holds, promise);

    private sealed record Told(string? Value, WriteId Id, HybridTimestamp Time);
}
