using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Signals;

internal sealed partial class SignalLedgerCore
{
    private const int FoldDeltasMax = 1_000;

    /// <summary>
    /// The state of a moment, from the events themselves: everything with system time and event time up to it. Cost: a reading of
    /// the log up to there, whatever few entities are asked for.
    /// </summary>
    /// <param name="entities">Which entities; null for all.</param>
    /// <param name="moment">The moment; its sequence is durable.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    private async ValueTask<(SignalTable Table, SignalPlan Plan)> FoldAsync(IReadOnlySet<string>? entities, Moment moment, CancellationToken cancellationToken)
    {
        var fold = new Fold(entities, moment);
        var after = 0L;
        while (after < moment.Sequence)
        {
            var page = await ReadDeltasAsync(after, FoldDeltasMax, cancellationToken).ConfigureAwait(false);
            if (page.Records.IsEmpty)
            {
                throw Corrupt($"delta {after + 1} is not in the log");
            }

            foreach (var record in page.Records)
            {
                var delta = DeltaRecord.Read(record);
                if (delta.SystemTime > moment.Time || delta.Sequence > moment.Sequence)
                {
                    return (fold.Table, fold.Plan);
                }

                fold.Add(delta, Id);
                after = delta.Sequence;
            }
        }

        return (fold.Table, fold.Plan);
    }

    private sealed class Fold(IReadOnlySet<string>? entities, Moment moment)
    {
        private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>>? wanted = entities is null
            ? null
            : entities.Select(Encoding.UTF8.GetBytes).ToHashSet(Queries.BytesComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();

        public SignalTable Table { get; } = new();

        public SignalPlan Plan { get; private set; } = SignalPlan.Empty;

        public void Add(in DeltaRecord delta, AgentId agent)
        {
            if (!delta.HasPayload)
            {
                return;
            }

            try
            {
                if (delta.Kind == SignalKinds.Define)
                {
                    Plan = new SignalPlan(ReadSchema(delta.Payload));
                    Table.Define(Plan.Decays);
                    return;
                }

                // As memory did it, waiting included, so that an answer has the same last bit whichever way it is found.
                var now = EventTime.Of(delta.SystemTime);
                Table.Advance(now);
                foreach (var one in new SignalPayloadReader(delta.Payload.Span))
                {
                    var time = one.Time ?? now;
                    if (time <= moment.At && wanted?.Contains(one.Entity) != false && !IsRepeat(delta.Facet, one.Ordinal))
                    {
                        Table.Record(Table.Enter(one.Entity), one.Type, one.Weight, time, now);
                    }
                }
            }
            catch (Exception malformed) when (malformed is FormatException or JsonException or ArgumentOutOfRangeException or TemporalException { Kind: ErrorKind.Invalid })
            {
                throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"{agent}: delta {delta.Sequence} does not parse.", malformed);
            }
        }
    }
}
