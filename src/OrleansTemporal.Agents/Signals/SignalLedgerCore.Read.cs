using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Signals;

internal sealed partial class SignalLedgerCore
{
    public async ValueTask<SignalAnswer> ReadAsync(SignalQuery query, CancellationToken cancellationToken)
    {
        var bound = await CloseAsync(query.AsOf, cancellationToken).ConfigureAwait(false);
        var readings = new SignalReading[query.Entities.Length];
        var past = new List<int>();
        Moment moment;
        lock (Gate)
        {
            RequireAlive();
            moment = MomentOf(bound, query.At);
            var read = ReaderOf(plan, table, query.Profile, moment.At);
            for (var i = 0; i < readings.Length; i++)
            {
                if (moment.IsNewest && !IsPast(query.Entities[i], moment.At))
                {
                    readings[i] = read(query.Entities[i]);
                }
                else
                {
                    past.Add(i);
                }
            }
        }

        await Log.WhenDurableAsync(moment.Sequence, cancellationToken).ConfigureAwait(false);
        if (past.Count > 0)
        {
            var asked = past.Select(i => query.Entities[i]).ToHashSet(StringComparer.Ordinal);
            var (then, known) = await FoldAsync(asked, moment, cancellationToken).ConfigureAwait(false);
            var read = ReaderOf(known, then, query.Profile, moment.At);
            foreach (var i in past)
            {
                readings[i] = read(query.Entities[i]);
            }
        }

        return new SignalAnswer { Readings = ImmutableArray.Create(readings), At = moment.At, SystemTime = moment.Time };
    }

    public async ValueTask<SignalTop> TopAsync(SignalTopQuery query, CancellationToken cancellationToken)
    {
        var bound = await CloseAsync(query.AsOf, cancellationToken).ConfigureAwait(false);
        ImmutableArray<SignalRank>? ranks = null;
        Moment moment;
        lock (Gate)
        {
            RequireAlive();
            moment = MomentOf(bound, query.At);
            if (moment.IsNewest)
            {
                // The running numbers answer for every moment from the newest event on.
                var measure = SignalNumbers.MeasureOf(plan.Schema, query);
                ranks = query.At is not null && table.IsPast(measure, moment.At) ? null : Rank(table, measure, moment.At, query.K);
            }
        }

        await Log.WhenDurableAsync(moment.Sequence, cancellationToken).ConfigureAwait(false);
        if (ranks is null)
        {
            var (then, known) = await FoldAsync(null, moment, cancellationToken).ConfigureAwait(false);
            ranks = Rank(then, SignalNumbers.MeasureOf(known.Schema, query), moment.At, query.K);
        }

        return new SignalTop { Ranks = ranks.Value, At = moment.At, SystemTime = moment.Time };
    }

    private static ImmutableArray<SignalRank> Rank(SignalTable table, SignalMeasure measure, EventTime at, int countMax) =>
        [.. table.Top(measure, at, countMax).Select(rank => new SignalRank(Encoding.UTF8.GetString(table.IdOf(rank.Entity)), rank.Value))];

    private static Func<string, SignalReading> ReaderOf(SignalPlan plan, SignalTable table, string? profile, EventTime at)
    {
        if (profile is null)
        {
            return id => plan.Read(table, NumberOf(table, id), id, at);
        }

        var measure = SignalNumbers.ProfileOf(plan.Schema, profile);
        return id => new SignalReading { Entity = id, Value = NumberOf(table, id) is var entity and >= 0 ? measure.Of(table, entity, at) : 0 };
    }

    private static int NumberOf(SignalTable table, string id)
    {
        Span<byte> utf8 = stackalloc byte[Limits.KeyBytesMax];
        return table.TryFind(utf8[..Encoding.UTF8.GetBytes(id, utf8)], out var entity) ? entity : -1;
    }

    private bool IsPast(string id, EventTime at) => NumberOf(table, id) is var entity and >= 0 && table.IsPast(entity, at);

    // Under the gate.
    private Moment MomentOf(HybridTimestamp? bound, EventTime? at)
    {
        var time = bound ?? Now;
        return new Moment(time, at ?? EventTime.Of(time), Sequence, SystemTime <= time);
    }

    // Null for the newest state.
    private async ValueTask<HybridTimestamp?> CloseAsync(AsOf asOf, CancellationToken cancellationToken)
    {
        if (asOf.Sequence is { } sequence)
        {
            var page = await ReadDeltasAsync(sequence - 1, 1, cancellationToken).ConfigureAwait(false);
            return page.Records.IsEmpty
                ? throw new TemporalException(ErrorKind.Invalid, ErrorCodes.AsOfInFuture, $"{Id} has no delta {sequence} yet.") { Field = "asOf" }
                : DeltaRecord.Read(page.Records[0]).SystemTime;
        }

        if (asOf.SystemTime is { } instant)
        {
            await CloseAsync(instant, cancellationToken).ConfigureAwait(false);
            return instant;
        }

        return null;
    }

    /// <summary>What a read answers for.</summary>
    /// <param name="Time">The moment of system time.</param>
    /// <param name="At">The moment of event time.</param>
    /// <param name="Sequence">The newest delta when it was asked.</param>
    /// <param name="IsNewest">True when no delta is after <paramref name="Time"/>.</param>
    private readonly record struct Moment(HybridTimestamp Time, EventTime At, long Sequence, bool IsNewest);
}
