using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Grains.Tests.Signals;

/// <summary>Ledgers over grains, asked for in the silo and outside of it: the same facade, the same answers.</summary>
public sealed class SignalsOverGrainsTests(TestSilo silo) : IClassFixture<TestSilo>
{
    private const string Workspace = "default";

    private static readonly SignalSchema Schema = new()
    {
        Types =
        [
            new SignalType { Name = "view", HalfLife = TimeSpan.FromDays(7), HalfLives = [TimeSpan.FromDays(1)], Windows = [TimeSpan.FromHours(1), TimeSpan.FromHours(24)] },
            new SignalType { Name = "buy", HalfLife = TimeSpan.FromDays(30) },
        ],
        Profiles = [new SignalProfile { Name = "hot", Terms = [new SignalTerm("view", TimeSpan.FromDays(1), 1), new SignalTerm("buy", null, 20)] }],
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task events_count_once_and_are_read_now_and_as_of_their_moment(bool outside)
    {
        var signals = silo.Signals(outside);
        var ledger = $"videos{outside}";
        await signals.DefineAsync(CallContext.Local, Workspace, ledger, Schema, 2, CancellationToken.None);
        var noon = EventTime.Parse("2026-01-02T12:00:00Z");
        var call = CallContext.Local with { IdempotencyKey = "once" };
        SignalEvent[] events =
        [
            new() { Entity = "v1", Signal = "view", Weight = 4, Time = noon, Id = "a" }, new() { Entity = "v1", Signal = "view", Time = noon, Id = "a" },
            new() { Entity = "v2", Signal = "buy", Time = noon }, new() { Entity = "v3", Signal = "view", Time = noon },
        ];
        var first = await signals.RecordAsync(call, Workspace, ledger, [.. events], CancellationToken.None);
        var again = await signals.RecordAsync(call, Workspace, ledger, [.. events], CancellationToken.None);
        Assert.Equal((3, 1), (first.Accepted, first.Duplicates));
        Assert.Equal(first.Results.Select(static result => result.Receipt.Root), again.Results.Select(static result => result.Receipt.Root));

        var at = new EventTime(noon.Nanoseconds + (86_400L * 1_000_000_000));
        var query = new SignalQuery { Entities = ["v1", "v2", "nobody"], At = at };
        var answer = await signals.ReadAsync(CallContext.Local, Workspace, ledger, query, CancellationToken.None);
        Assert.Equal(["v1", "v2", "nobody"], answer.Readings.Select(static reading => reading.Entity));
        Assert.Equal(2, answer.Readings[0].Signals[0].Scores[1].Value);
        Assert.Equal("24h", answer.Readings[0].Signals[0].Windows[1].Window.Text);
        var then = await signals.ReadAsync(CallContext.Local, Workspace, ledger, query with { AsOf = AsOf.At(answer.SystemTime) }, CancellationToken.None);
        Assert.Equal(answer.Readings[0].Signals[0].Scores.ToArray(), then.Readings[0].Signals[0].Scores.ToArray());

        var top = await signals.TopAsync(CallContext.Local, Workspace, ledger, new SignalTopQuery { Profile = "hot", At = at, K = 2 }, CancellationToken.None);
        Assert.Equal(["v2", "v1"], top.Ranks.Select(static rank => rank.Entity));
        var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await signals.TopAsync(CallContext.Local, Workspace, ledger, new SignalTopQuery { Signal = "hide" }, CancellationToken.None));
        Assert.Equal((ErrorKind.Invalid, ErrorCodes.SignalNotFound), (refusal.Kind, refusal.Code));
        Assert.Equal(3, (await signals.GetAsync(CallContext.Local, Workspace, ledger, CancellationToken.None)).Stats.EntityCount);
    }
}
