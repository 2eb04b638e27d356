using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents.Tests.Oracles;

/// <summary>
/// One random history of one namespace whose number of partitions changes all the time. The oracle is a dictionary of lists
/// of versions in the order of system time: it does not know that there are partitions.
/// </summary>
internal sealed partial class KvSplitRun(int seed, TestStore store, bool withDataKeys = false)
{
    private const string Workspace = "default";
    private const string Namespace = "n";
    private const int PartitionsMax = 6;

    private readonly Random random = new(seed);
    private readonly SortedDictionary<string, List<Version>> keys = new(Utf8Keys.Order);
    private readonly List<HybridTimestamp> times = [];
    private readonly List<(string Name, ImmutableArray<KvOperation> Operations, ImmutableArray<KvOutcome> Outcomes)> batches = [];
    private int names;
    private bool mayMove = true;

    private sealed record Version(string Key, string? Value, WriteId Id, WriteId Previous, HybridTimestamp Time)
    {
        public HybridTimestamp? ExpiresAt { get; init; }

        public bool IsErased { get; init; }

        public bool IsOverAt(HybridTimestamp time) => ExpiresAt <= time;

        public bool IsLiveAt(HybridTimestamp time) => Value is not null && !IsErased && !IsOverAt(time);

        public Version Tombstone() => new(Key, null, KvExpiry.TombstoneOf(Id), Id, ExpiresAt!.Value);
    }

    public int Moves { get; private set; }

    public async Task RunAsync(int steps)
    {
        await PutAsync();
        for (var i = 0; i < steps; i++)
        {
            if (withDataKeys && random.Next(10) == 0)
            {
                await DataKeyChanges.ChangeAsync(store, random, Namespace, Key());
                continue;
            }

            await (random.Next(100) switch
            {
                < 29 => PutAsync(),
                < 36 => DeleteAsync(),
                < 44 => BatchAsync(),
                < 49 => RepeatAsync(),
                < 58 => CheckGetAsync(),
                < 66 => CheckHistoryAsync(Key()),
                < 72 => CheckListAsync(),
                < 76 => CheckQueryAsync(),
                < 86 => MoveAsync(),
                < 92 => KeepHouseAsync(),
                < 96 => EraseAsync(),
                _ => store.ReopenAsync(clean: random.Next(2) == 0).AsTask(),
            });
        }

        mayMove = false;
        foreach (var key in keys.Keys.ToArray())
        {
            await CheckHistoryAsync(key);
        }

        foreach (var time in times.Where((_, index) => index % 5 == 0).ToArray())
        {
            await CheckListAsync(time);
        }

        await CheckChainsAsync();
    }

    private string Key() => random.Next(3) == 0 ? new KvChoices(random).Key() : $"k{random.Next(30)}";

    private Version? Newest(string key) => keys.TryGetValue(key, out var versions) ? versions[^1] : null;

    private async Task PutAsync()
    {
        var (key, value) = (Key(), $"{{\"n\":{random.Next(5)}}}");
        var now = await StepAsideAsync();
        var newest = Newest(key);
        var isLive = newest?.IsLiveAt(now) == true;
        var options = random.Next(5) switch
        {
            0 => new KvPutOptions { IfMatch = newest?.Id ?? new WriteId(1, 1, 0) },
            1 => new KvPutOptions { IfAbsent = true },
            2 when isLive => new KvPutOptions { IfPresent = true },
            _ => KvPutOptions.None,
        };
        options = random.Next(4) == 0 ? options with { TimeToLive = TimeSpan.FromMilliseconds(random.Next(1, 120)) } : options;
        var holds = (options.IfMatch is null || isLive) && (!options.IfAbsent || !isLive);
        var call = NextCall(out _);
        var put = async () => await store.Kv.PutAsync(call, Workspace, Namespace, key, Encoding.UTF8.GetBytes(value), options, CancellationToken.None);
        if (!holds)
        {
            var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await put());
            Assert.Equal(ErrorCodes.PreconditionFailed, refusal.Code);
            Assert.Equal(isLive ? newest!.Id.ToString() : null, refusal.CurrentETag);
            return;
        }

        var first = await put();
        Accept(first, [value], [options.TimeToLive]);
        if (call.IdempotencyKey is not null && random.Next(2) == 0)
        {
            await (random.Next(2) == 0 ? MoveAsync() : Task.CompletedTask);
            var again = await put();
            Assert.True(again.Replayed);
            Assert.Equal((first.Receipt.Agent, first.Receipt.Sequence, first.Receipt.Root), (again.Receipt.Agent, again.Receipt.Sequence, again.Receipt.Root));
        }
    }

    private async Task DeleteAsync()
    {
        var key = Key();
        var call = NextCall(out _);
        var now = await StepAsideAsync();
        var delete = async () => await store.Kv.DeleteAsync(call, Workspace, Namespace, key, KvPutOptions.None, CancellationToken.None);
        if (Newest(key)?.IsLiveAt(now) != true)
        {
            Assert.Equal(ErrorCodes.KeyNotFound, (await Assert.ThrowsAsync<TemporalException>(async () => await delete())).Code);
            return;
        }

        Accept(await delete(), [null], [null]);
    }

    private async Task BatchAsync()
    {
        var operations = Enumerable.Range(0, random.Next(1, 8)).Select(_ => Key()).Distinct().Select(key => random.Next(4) == 0
            ? new KvOperation { Kind = KvOperationKind.Delete, Key = key, MayBeAbsent = true }
            : new KvOperation
            {
                Kind = KvOperationKind.Put,
                Key = key,
                Value = Encoding.UTF8.GetBytes($"{{\"n\":{random.Next(5)}}}"),
                TimeToLive = random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 120)) : null,
            }).ToImmutableArray();
        var call = NextCall(out var name);
        await StepAsideAsync();
        var result = await store.Kv.BatchAsync(call, Workspace, Namespace, operations, atomic: false, KvPutOptions.None, CancellationToken.None);
        foreach (var part in result.Results)
        {
            KvOperation[] written = [.. part.Outcomes.Select(outcome => operations.Single(operation => operation.Key == outcome.Key))];
            Accept(part, [.. written.Select(TextOf)], [.. written.Select(static operation => operation.TimeToLive)]);
        }

        if (name is not null)
        {
            batches.Add((name, operations, [.. result.Results.SelectMany(static part => part.Outcomes)]));
        }
    }

    private async Task RepeatAsync()
    {
        if (batches.Count == 0)
        {
            return;
        }

        var (name, operations, outcomes) = batches[random.Next(batches.Count)];
        var call = CallContext.Local with { IdempotencyKey = name };
        if (outcomes.Any(outcome => keys[outcome.Key].Exists(version => version.Id == outcome.WriteId && version.IsErased)))
        {
            var gone = await Assert.ThrowsAsync<TemporalException>(async () => await store.Kv.BatchAsync(call, Workspace, Namespace, operations, atomic: false, KvPutOptions.None, CancellationToken.None));
            Assert.Equal(ErrorCodes.ValueErased, gone.Code);
            return;
        }

        var again = await store.Kv.BatchAsync(call, Workspace, Namespace, operations, atomic: false, KvPutOptions.None, CancellationToken.None);
        Assert.All(again.Results, static result => Assert.True(result.Replayed));
        Assert.Equal(
            outcomes.Select(static outcome => $"{outcome.Key} {outcome.WriteId}").Order(StringComparer.Ordinal),
            again.Results.SelectMany(static part => part.Outcomes).Select(static outcome => $"{outcome.Key} {outcome.WriteId}").Order(StringComparer.Ordinal));
    }

    private CallContext NextCall(out string? name)
    {
        name = random.Next(3) == 0 ? string.Create(CultureInfo.InvariantCulture, $"op{names++}") : null;
        return CallContext.Local with { IdempotencyKey = name };
    }

    private static string? TextOf(KvOperation operation) => operation.Kind == KvOperationKind.Delete ? null : Encoding.UTF8.GetString(operation.Value.Span);

    private void Accept(KvWriteResult result, IReadOnlyList<string?> values, IReadOnlyList<TimeSpan?> timesToLive)
    {
        Assert.False(result.Replayed);
        Assert.Equal(values.Count, result.Outcomes.Length);
        for (var i = 0; i < values.Count; i++)
        {
            var outcome = result.Outcomes[i];
            var before = Newest(outcome.Key);
            var time = result.Receipt.SystemTime;
            var isOver = before is { Value: not null } && before.IsOverAt(time);
            Assert.Equal(isOver ? before!.Tombstone().Id : before?.Id ?? WriteId.None, outcome.PreviousWriteId);
            Assert.Equal(values[i] is not null && before?.IsLiveAt(time) != true, outcome.Created);
            Assert.True(result.Receipt.SystemTime > (before?.Time ?? HybridTimestamp.Zero));
            if (!keys.TryGetValue(outcome.Key, out var versions))
            {
                keys[outcome.Key] = versions = [];
            }

            versions.Add(new Version(outcome.Key, values[i], outcome.WriteId, outcome.PreviousWriteId, time) { ExpiresAt = KvExpiry.EndOf(time, timesToLive[i]) });
        }

        times.Add(result.Receipt.SystemTime);
    }

    private async Task MoveAsync()
    {
        var partitions = random.Next(1, PartitionsMax + 1);
        var settings = await store.Kv.GetSettingsAsync(CallContext.Local, Workspace, Namespace, CancellationToken.None);
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, Namespace, settings with { Partitions = partitions }, CancellationToken.None);
        settings = await store.Kv.GetSettingsAsync(CallContext.Local, Workspace, Namespace, CancellationToken.None);
        Assert.Equal(partitions, settings.Partitions);
        Moves++;
    }

    private async Task KeepHouseAsync()
    {
        store.Time.Advance(TimeSpan.FromMilliseconds(random.Next(50)));
        if (random.Next(3) == 0)
        {
            await store.MaintainAsync();
            return;
        }

        await TestStore.SealAsync(store.Agent(Namespace, random.Next(PartitionsMax)), allowMerges: random.Next(2) == 0);
    }
}
