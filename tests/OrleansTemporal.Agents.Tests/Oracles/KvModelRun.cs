using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents.Tests.Oracles;

/// <summary>
/// One random history: writes, reads, housekeeping, restarts and moves of the clock, each answer compared with
/// <see cref="KvOracle"/>. Everything it does is decided by one seed.
/// </summary>
internal sealed partial class KvModelRun
{
    private const string Workspace = "default";
    private static readonly string[] Namespaces = ["n", "m"];

    private readonly Random random;
    private readonly KvChoices choose;
    private readonly TestStore store;
    private readonly Dictionary<string, KvOracle> oracles;
    private readonly List<Remembered> operations = [];
    private readonly bool withDataKeys;
    private HybridTimestamp closed;
    private int operationCount;

    /// <param name="seed">Decides everything.</param>
    /// <param name="store">What is questioned.</param>
    /// <param name="withDataKeys">Whether namespaces are switched between data keys on the way.</param>
    public KvModelRun(int seed, TestStore store, bool withDataKeys = false)
    {
        this.withDataKeys = withDataKeys;
        random = new Random(seed);
        choose = new KvChoices(random);
        this.store = store;
        oracles = Namespaces.ToDictionary(static name => name, static name => new KvOracle(new AgentId(Workspace, AgentKind.Kv, name, 0)));
    }

    public async Task RunAsync(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            var ns = Namespaces[random.Next(10) == 0 ? 1 : 0];
            await StepAsync(ns, oracles[ns]);
        }

        foreach (var (ns, oracle) in oracles)
        {
            await CheckAllAsync(ns, oracle);
        }

        await CheckAnswersAgainAsync(answers.Count);
    }

    private async Task StepAsync(string ns, KvOracle oracle)
    {
        if (withDataKeys && random.Next(12) == 0)
        {
            await DataKeyChanges.ChangeAsync(store, random, ns, choose.Key());
            return;
        }

        switch (random.Next(100))
        {
            case < 34:
                await WriteOneAsync(ns, oracle);
                break;
            case < 44:
                await WriteBatchAsync(ns, oracle);
                break;
            case < 48:
                await RepeatAsync(ns);
                break;
            case < 62:
                await CheckGetsAsync(ns, oracle);
                break;
            case < 70:
                await CheckHistoryAsync(ns, oracle);
                break;
            case < 76:
                await CheckListAsync(ns, oracle);
                break;
            case < 78:
                await CheckExpiringAsync(ns, oracle);
                break;
            case < 80:
                await CheckPagesUnderWritesAsync(ns, oracle);
                break;
            case < 82:
                await CheckStatsAsync(ns, oracle);
                break;
            case < 84:
                await CheckAnswersAgainAsync(5);
                break;
            case < 90:
                MoveClock();
                break;
            case < 96:
                await KeepHouseAsync(ns);
                break;
            case < 97:
                await CheckReplayAsync(ns, oracle);
                break;
            default:
                await store.ReopenAsync(clean: random.Next(2) == 0);
                break;
        }
    }

    private void MoveClock()
    {
        if (random.Next(4) == 0)
        {
            // A clock that is set back must not bring a closed moment back.
            store.Time.Set(store.Time.GetUtcNow() - TimeSpan.FromMilliseconds(random.Next(20_000)));
        }
        else
        {
            store.Time.Advance(TimeSpan.FromMilliseconds(random.Next(200)));
        }
    }

    private async Task KeepHouseAsync(string ns)
    {
        if (random.Next(3) == 0)
        {
            await store.Agent(ns).MaintainAsync(
                new MaintenanceBudget { SealEverything = true, AllowMerges = random.Next(2) == 0 }, CancellationToken.None);
        }

        for (var steps = random.Next(3); steps > 0 && (await store.Agent(ns).CoolAsync(CoolOrders.Random(random, store.Services.Clock.Last), CancellationToken.None)).HasMore; steps--)
        {
            // Some segments grow cold, others warm.
        }

        for (var turns = random.Next(4); turns > 0 && await store.Database.MaintainAsync(CancellationToken.None); turns--)
        {
            // A few turns, so that other steps meet half-done housekeeping.
        }

        foreach (var (name, oracle) in oracles)
        {
            await TakeCleaningsAsync(name, oracle);
        }
    }

    private async Task WriteOneAsync(string ns, KvOracle oracle)
    {
        var (operation, canonical) = ChooseOperation(oracle);
        var options = new KvPutOptions
        {
            IfMatch = operation.IfMatch,
            IfAbsent = operation.IfAbsent,
            IfPresent = operation.IfPresent,
            Causes = ChooseCauses(oracle),
            TimeToLive = operation.TimeToLive,
        };
        var call = ChooseCall();
        var isPut = operation.Kind == KvOperationKind.Put;
        await WriteAsync(
            new Remembered(ns, call, [operation], canonical, options),
            async () => isPut
                ? await store.Kv.PutAsync(call, Workspace, ns, operation.Key, operation.Value, options, CancellationToken.None)
                : await store.Kv.DeleteAsync(call, Workspace, ns, operation.Key, options with { IfAbsent = false, IfPresent = false, TimeToLive = null }, CancellationToken.None));
    }

    private async Task WriteBatchAsync(string ns, KvOracle oracle)
    {
        var chosen = Enumerable.Range(0, random.Next(1, 12)).Select(_ => ChooseOperation(oracle)).ToList();
        var operations = chosen.Select(static choice => choice.Operation).ToImmutableArray();
        var options = new KvPutOptions { Causes = ChooseCauses(oracle) };
        var remembered = new Remembered(ns, ChooseCall(), operations, [.. chosen.SelectMany(static choice => choice.Canonical)], options) { IsBatch = true };
        await WriteAsync(remembered, () => BatchAsync(remembered));
    }

    private async Task<KvWriteResult> BatchAsync(Remembered write) =>
        (await store.Kv.BatchAsync(write.Call, Workspace, write.Namespace, write.Operations, atomic: true, write.Options, CancellationToken.None)).Results.Single();

    private async Task WriteAsync(Remembered write, Func<Task<KvWriteResult>> send)
    {
        var oracle = oracles[write.Namespace];
        KvWriteResult result;
        try
        {
            result = await send();
        }
        catch (TemporalException refusal) when (refusal.Kind is ErrorKind.NotFound or ErrorKind.PreconditionFailed)
        {
            Assert.Equal(oracle.RefusalOf(write.Operations, Now), refusal.Code);
            return;
        }

        Assert.Null(oracle.RefusalOf(write.Operations, result.Receipt.SystemTime));
        oracle.Accept(new KvWrite { Operations = write.Operations, Causes = write.Options.Causes }, write.Canonical, result, closed);
        if (write.Call.IdempotencyKey is not null)
        {
            operations.Add(write with { Result = result, Send = send });
        }
    }

    // The same request again: the first answer, and nothing written. Another body under the same key: refused.
    private async Task RepeatAsync(string ns)
    {
        if (operations.Count == 0)
        {
            return;
        }

        var earlier = operations[random.Next(operations.Count)];
        var again = await earlier.Send!();
        Assert.True(again.Replayed);
        Assert.Equal(earlier.Result!.Receipt, again.Receipt);
        Assert.Equal(earlier.Result.Outcomes.AsEnumerable(), again.Outcomes);
        if (!earlier.IsBatch && earlier.Operations is [{ Kind: KvOperationKind.Put } put])
        {
            var other = await Assert.ThrowsAsync<TemporalException>(async () => await store.Kv.PutAsync(
                earlier.Call, Workspace, earlier.Namespace, put.Key, "\"other\""u8.ToArray(), earlier.Options, CancellationToken.None));
            Assert.Equal(ErrorCodes.IdempotencyKeyReused, other.Code);
        }

        await CheckStatsAsync(ns, oracles[ns]);
    }

    private (KvOperation Operation, string?[] Canonical) ChooseOperation(KvOracle oracle)
    {
        var key = choose.Key();
        var newest = oracle.Newest(key);
        WriteId? match = random.Next(8) switch
        {
            0 when newest is not null => newest.Id,
            1 when oracle.Receipts.Count > 0 => new WriteId(newest?.Id.AgentDigest ?? 1, random.Next(1, oracle.Receipts.Count + 2), 0),
            _ => null,
        };
        if (random.Next(5) == 0)
        {
            return (new KvOperation { Kind = KvOperationKind.Delete, Key = key, IfMatch = match }, [null]);
        }

        var (canonical, sent) = choose.Document();
        return (
            new KvOperation
            {
                Kind = KvOperationKind.Put,
                Key = key,
                Value = Encoding.UTF8.GetBytes(sent),
                TimeToLive = ChooseTimeToLive(),
                IfMatch = match,
                IfAbsent = random.Next(12) == 0,
                IfPresent = random.Next(12) == 0,
            },
            [canonical]);
    }

    private ImmutableArray<WriteId> ChooseCauses(KvOracle oracle) => random.Next(8) == 0 && oracle.Receipts.Count > 0
        ? [.. Enumerable.Range(0, 2).Select(_ => oracle.Receipts[random.Next(oracle.Receipts.Count)]).Select(static receipt => new WriteId(receipt.Agent.Digest, receipt.Sequence, 0))]
        : [];

    private CallContext ChooseCall() => random.Next(4) == 0 ? CallContext.Local with { IdempotencyKey = $"key {++operationCount}" } : CallContext.Local;

    /// <summary>A write with an idempotency key, and what it came to.</summary>
    private sealed record Remembered(
        string Namespace, CallContext Call, ImmutableArray<KvOperation> Operations, string?[] Canonical, KvPutOptions Options)
    {
        public KvWriteResult? Result { get; init; }

        public Func<Task<KvWriteResult>>? Send { get; init; }

        public bool IsBatch { get; init; }
    }
}
