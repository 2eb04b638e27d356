using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Kv;
using OrleansTemporal.Simulation.Tests.Worlds;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Simulation.Tests.Subscriptions;

/// <summary>
/// Goal: wherever the power goes while deltas are written, announced, handed out, acknowledged and given back, a subscriber
/// that keeps its cursor with its effects has each effect exactly once and in order, nothing that was acknowledged comes
/// again, and at most once never hands out twice.
/// </summary>
public sealed class SubscriptionCrashTests
{
    private const string Workspace = "default";
    private const int Rounds = 10;

    [Theory]
    [InlineData(1, DeliveryGuarantee.ExactlyOnce)]
    [InlineData(2, DeliveryGuarantee.AtLeastOnce)]
    [InlineData(3, DeliveryGuarantee.AtMostOnce)]
    public void power_loss_at_any_call_loses_and_doubles_no_effect(int seed, DeliveryGuarantee guarantee)
    {
        var calls = PowerLossAtEveryCall.Run<Told>(seed, (life, told) => ScriptAsync(life, told, new Random(seed), guarantee), (life, told) => AuditAsync(life, told, guarantee), isWhole: true);
        Assert.True(calls > 60, $"The script makes {calls} calls only.");
    }

    private static async Task ScriptAsync(Life life, Told told, Random random, DeliveryGuarantee guarantee)
    {
        await life.OpenAsync();
        await life.Database.Channels.PutAsync(CallContext.Local, Workspace, "c", Settings(guarantee), CancellationToken.None);
        told.Id = await SubscribeAsync(life);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = random.Next(1, 3); i > 0; i--)
            {
                told.Sending++;
                await PutAsync(life, told.Sending);
                told.Written++;
            }

            await life.Database.AnnounceAsync(CancellationToken.None);
            await TakeAsync(life, told, random.Next(1, 4), giveBack: guarantee != DeliveryGuarantee.AtMostOnce && random.Next(4) == 0);
            if (round % 4 == 3)
            {
                foreach (var agent in life.Database.Directory.Agents)
                {
                    await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = true }, CancellationToken.None);
                }
            }
        }

        await life.StopAsync();
    }

    private static async Task AuditAsync(Life life, Told told, DeliveryGuarantee guarantee)
    {
        await life.OpenAsync();
        await MakeRoomAsync(life);
        await life.Database.Channels.PutAsync(CallContext.Local, Workspace, "c", Settings(guarantee), CancellationToken.None);
        var id = await SubscribeAsync(life);
        ViolationException.ThrowUnless(told.Id is null || told.Id == id, "the same request made another subscription");
        told.Id = id;
        var state = (await life.Database.Subscriptions.GetAsync(CallContext.Local, Workspace, id, CancellationToken.None)).State;
        ViolationException.ThrowUnless(state.Acknowledged >= told.Acknowledged, $"acknowledged up to {told.Acknowledged}, and {state.Acknowledged} is known");
        var written = (await life.Database.Agents.GetAsync(CallContext.Local, Workspace, AgentKind.Kv, "n", CancellationToken.None)).Sum(static status => status.Sequence);
        ViolationException.ThrowUnless(written >= told.Written && written <= told.Sending, $"{written} are there, and {told.Written} were told");
        if (written > 0)
        {
            await life.Database.AnnounceAsync(CancellationToken.None);
        }

        // Leases of the dead process end.
        life.Time.Advance(TimeSpan.FromMinutes(1));
        while (await TakeAsync(life, told, 3, giveBack: false))
        {
            // Until there is nothing more.
            await MakeRoomAsync(life);
        }

        var expected = Enumerable.Range(1, (int)written).Select(static sequence => (long)sequence).ToList();
        if (guarantee == DeliveryGuarantee.AtMostOnce)
        {
            // What was handed out to a process that died before it could look at it is lost, and nothing else.
            ViolationException.ThrowUnless(told.Effects.SequenceEqual(told.Effects.Distinct().Order()), $"effects {told}");
            ViolationException.ThrowUnless(expected.Count - told.Effects.Count <= 3, $"{expected.Count - told.Effects.Count} were lost: {told}");
        }
        else
        {
            ViolationException.ThrowUnless(told.Effects.SequenceEqual(expected), $"effects {told}");
        }

        var reports = await life.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None);
        ViolationException.ThrowUnless(reports.All(static report => report.Fault is null), "a chain does not verify");
    }

    // The journal of the next process may be smaller than what the dead one left in its own, and nobody does housekeeping
    // while a writer waits for room here.
    private static async Task MakeRoomAsync(Life life)
    {
        while (await life.Database.MaintainAsync(CancellationToken.None))
        {
            continue;
        }

        ViolationException.ThrowUnless(life.Watch.Unexplained is null, $"housekeeping failed: {life.Watch.Unexplained}");
    }

    private static async Task<bool> TakeAsync(Life life, Told told, int max, bool giveBack)
    {
        var batch = await life.Database.Subscriptions.PullAsync(CallContext.Local, Workspace, told.Id!, max, TimeSpan.Zero, explains: false, CancellationToken.None);
        for (var i = 0; i < batch.Deltas.Length; i++)
        {
            ViolationException.ThrowUnless(batch.Cursors[i] > told.Acknowledged, $"{batch.Cursors[i]} came after it was acknowledged");
            if (batch.Cursors[i] > told.Cursor)
            {
                told.Effects.Add(batch.Deltas[i].Sequence);
                told.Cursor = batch.Cursors[i];
            }
        }

        if (batch.Deltas.IsEmpty)
        {
            return false;
        }

        if (giveBack)
        {
            await life.Database.Subscriptions.ReturnAsync(CallContext.Local, Workspace, told.Id!, batch.Cursors[0], CancellationToken.None);
        }
        else
        {
            var state = await life.Database.Subscriptions.AcknowledgeAsync(CallContext.Local, Workspace, told.Id!, batch.Next, CancellationToken.None);
            told.Acknowledged = state.Acknowledged > told.Acknowledged ? state.Acknowledged : told.Acknowledged;
        }

        return true;
    }

    private static ChannelSettings Settings(DeliveryGuarantee guarantee) => new() { Sources = [new ChannelSource { Kind = AgentKind.Kv }], Guarantee = guarantee };

    private static async Task<string> SubscribeAsync(Life life)
    {
        var order = new SubscriptionOrder { Channels = ["c"], From = "beginning", MaxTries = 50 };
        return (await life.Database.Subscriptions.CreateAsync(CallContext.Local with { IdempotencyKey = "subscribe" }, Workspace, order, CancellationToken.None)).Id;
    }

    private static async Task PutAsync(Life life, int number) =>
        await life.Database.KvService.PutAsync(CallContext.Local, Workspace, "n", $"k{number}", Encoding.UTF8.GetBytes($"{number}"), KvPutOptions.None, CancellationToken.None);

    private sealed class Told
    {
        public string? Id { get; set; }

        public int Written { get; set; }

        public int Sending { get; set; }

        public ChannelCursor Cursor { get; set; }

        public ChannelCursor Acknowledged { get; set; }

        public List<long> Effects { get; } = [];

        public override string ToString() => $"{Written} written, effects {string.Join(',', Effects)}, acknowledged {Acknowledged}";
    }
}
