using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Signals;
using OrleansTemporal.Simulation.Tests.Worlds;

namespace OrleansTemporal.Simulation.Tests;

/// <summary>
/// Goal: wherever the power goes in defining, recording, sealing and merging, every acknowledged event counts exactly once,
/// and so does a batch that was on its way, once it is sent again.
/// </summary>
public sealed class SignalCrashTests
{
    private const string Workspace = "default";
    private const string Ledger = "videos";
    private const int Batches = 18;
    private static readonly string[] Entities = ["a", "b", "c", "d"];

    private static readonly SignalType View = new() { Name = "view", HalfLife = TimeSpan.FromDays(7), HalfLives = [TimeSpan.FromHours(5)], Windows = [TimeSpan.FromHours(1), TimeSpan.FromDays(7)] };
    private static readonly SignalType Buy = new() { Name = "buy", HalfLife = TimeSpan.FromDays(30), Windows = [TimeSpan.FromHours(24)] };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void power_loss_at_any_call_counts_every_event_once(int seed)
    {
        var calls = PowerLossAtEveryCall.Run<Told>(seed, (life, told) => ScriptAsync(life, told, new Random(seed)), AuditAsync);
        Assert.True(calls > 100, $"The script makes {calls} calls only.");
    }

    [Fact]
    public void power_loss_at_some_call_of_a_thousand_sequences_counts_every_event_once()
    {
        for (var seed = 10; seed < 1_010; seed++)
        {
            var number = seed;
            SimulationThread.Run(() =>
            {
                var random = new Random(number);
                var life = PowerLossAtEveryCall.LifeOf(Disk.Empty, number, 1);
                life.Plan.PowerLossAt = random.Next(5, 260);
                var told = new Told();
                var hasEnded = life.WaitOrDie(ScriptAsync(life, told, random));
                var next = PowerLossAtEveryCall.LifeOf(new Disk(life.Files.Crash()), number, 2);
                try
                {
                    next.Wait(AuditAsync(next, told));
                }
                catch (Exception failure)
                {
                    throw new ViolationException($"After power loss at call {life.Plan.PowerLossAt} of seed {number}: {failure.Message}", failure);
                }

                return hasEnded;
            });
        }
    }

    private static async Task ScriptAsync(Life life, Told told, Random random)
    {
        await life.OpenAsync();
        var partitions = random.Next(1, 3);
        await DefineAsync(life, [View], partitions);
        for (var i = 0; i < Batches; i++)
        {
            if (i == Batches / 2)
            {
                told.Types = [View, Buy];
                await DefineAsync(life, [.. told.Types], null);
            }

            var now = EventTime.FromDateTimeOffset(life.Time.GetUtcNow()).Nanoseconds;
            told.Sending = new Batch($"batch-{i}", [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => new SignalEvent
            {
                Entity = Entities[random.Next(Entities.Length)],
                Signal = told.Types[random.Next(told.Types.Length)].Name,
                Weight = random.Next(1, 9),
                Time = new EventTime(now - (random.Next(-20, 12_000) * 60_000_000_000L)),
                Id = random.Next(3) == 0 ? $"id-{random.Next(4)}" : null,
            })]);
            await SendAsync(life, told.Sending);
            told.Sent.Add(told.Sending);
            told.Sending = null;
            if (i % 3 == 2)
            {
                foreach (var agent in life.Database.Directory.Agents)
                {
                    await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = true }, CancellationToken.None);
                }
            }
        }

        await life.StopAsync();
    }

    private static async Task AuditAsync(Life life, Told told)
    {
        await life.OpenAsync();
        if (told.Sent.Count == 0 && told.Sending is null)
        {
            // Perhaps not even defined.
            return;
        }

        await DefineAsync(life, [.. told.Types], null);
        foreach (var batch in told.Sending is { } sending ? told.Sent.TakeLast(1).Append(sending).Append(sending) : told.Sent.TakeLast(1))
        {
            // What was acknowledged is recognised; what was on its way is completed, and recognised then.
            await SendAsync(life, batch);
        }

        var at = new EventTime(EventTime.FromDateTimeOffset(life.Time.GetUtcNow()).Nanoseconds + 3_600_000_000_000);
        foreach (var agent in life.Database.Directory.Agents.OfType<SignalLedgerAgent>())
        {
            await agent.GetStateAsync();
        }

        var all = told.Sent.Concat(told.Sending is { } last ? [last] : []).SelectMany(static batch => batch.Events);
        var counted = all.Where(static one => one.Id is null).Concat(all.Where(static one => one.Id is not null).DistinctBy(static one => (one.Entity, one.Signal, one.Id))).ToArray();
        var answer = await life.Database.SignalService.ReadAsync(CallContext.Local, Workspace, Ledger, new SignalQuery { Entities = [.. Entities], At = at }, CancellationToken.None);
        foreach (var reading in answer.Readings)
        {
            foreach (var values in reading.Signals)
            {
                var events = counted.Where(one => one.Entity == reading.Entity && one.Signal == values.Signal).ToArray();
                ViolationException.ThrowUnless(values.Count == events.Length, $"{reading.Entity} has {values.Count} {values.Signal} and {events.Length} were told");
                ViolationException.ThrowUnless(values.Sum == events.Sum(static one => one.Weight), $"{reading.Entity} has the sum {values.Sum}");
                foreach (var score in values.Scores)
                {
                    var expected = events.Sum(one => one.Weight * Math.Pow(2, -(at.Nanoseconds - one.Time!.Value.Nanoseconds) / (score.HalfLife.Time.Ticks * 100.0)));
                    ViolationException.ThrowUnless(Math.Abs(score.Value - expected) <= 1e-9 * Math.Max(1, expected), $"{reading.Entity} has the score {score.Value} instead of {expected}");
                }

                foreach (var window in values.Windows)
                {
                    var inside = events.Count(one => one.Time >= window.Start);
                    ViolationException.ThrowUnless(window.Count == inside, $"{reading.Entity} has {window.Count} in {window.Window.Text} instead of {inside}");
                }
            }
        }

        var reports = await life.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None);
        ViolationException.ThrowUnless(reports.All(static report => report.Fault is null), "a chain does not verify");
    }

    private static async Task DefineAsync(Life life, ImmutableArray<SignalType> types, int? partitions) =>
        await life.Database.SignalService.DefineAsync(CallContext.Local, Workspace, Ledger, new SignalSchema { Types = types }, partitions, CancellationToken.None);

    private static async Task SendAsync(Life life, Batch batch) =>
        await life.Database.SignalService.RecordAsync(CallContext.Local with { IdempotencyKey = batch.Key }, Workspace, Ledger, batch.Events, CancellationToken.None);

    private sealed class Told
    {
        public List<Batch> Sent { get; } = [];

        public Batch? Sending { get; set; }

        public SignalType[] Types { get; set; } = [View];

        public override string ToString() => $"{Sent.Count} batches";
    }

    private sealed record Batch(string Key, ImmutableArray<SignalEvent> Events);
}
