using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Vectors;

internal sealed partial class VectorCore
{
    private readonly VectorAnswers answers = new();

    /// <summary>One vector, now or as of a moment.</summary>
    public async ValueTask<VectorReadResult> GetAsync(long number, string id, AsOf asOf, CancellationToken cancellationToken)
    {
        var moment = asOf.IsLatest ? HybridTimestamp.MaxValue : await CloseAsync(asOf, cancellationToken).ConfigureAwait(false);
        VectorReadResult result;
        long mark;
        lock (Gate)
        {
            RequireAlive();
            mark = Sequence;
            var shown = asOf.IsLatest ? SystemTime : moment;
            var collection = Find(number);
            var slot = collection?.VersionAt(id, moment.Value) ?? -1;
            result = slot >= 0 && !collection![slot].IsDelete
                ? new VectorReadResult(VersionOf(collection, collection[slot]), false, shown)
                : new VectorReadResult(null, slot < 0 && collection?.NewestOf(id) >= 0, shown);
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <summary>The nearest vectors, now or as of a moment. The gate is held to learn the moment only.</summary>
    public async ValueTask<VectorAnswer> SearchAsync(VectorQuery query, CancellationToken cancellationToken)
    {
        var filter = Filter.Parse(query.Filter.Span);
        var asked = query.AsOf.IsLatest ? (HybridTimestamp?)null : await CloseAsync(query.AsOf, cancellationToken).ConfigureAwait(false);
        VectorCollection? collection;
        HybridTimestamp time;
        long mark;
        var near = -1;
        lock (Gate)
        {
            RequireAlive();
            (collection, mark, time) = (Find(query.Collection), Sequence, asked ?? SystemTime);
            if (query.Causal is { History.IsDefaultOrEmpty: true } causal)
            {
                near = collection?.LiveAt(causal.Near, time.Value) ?? -1;
            }
        }

        if (query.Causal is { History.IsDefaultOrEmpty: true } missed && near < 0)
        {
            await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
            throw VectorSearch.NoVector(missed.Near);
        }

        if (collection is null)
        {
            await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
            return new VectorAnswer([], VectorMode.Exact, time);
        }

        VectorRules.Require(collection.Settings, query);
        var key = asked is null ? VectorAnswers.KeyOf(query) : default;
        if (asked is null && answers.Find(key, mark) is { } known)
        {
            await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
            return known with { Mode = VectorMode.Cached };
        }

        var answer = await new VectorSearch(collection, query, filter, time.Value, Encoder.AgentDigest) { Near = near }
            .RunAsync(Services.Scheduler, cancellationToken).ConfigureAwait(false);
        if (asked is null)
        {
            answers.Keep(key, mark, answer);
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return answer;
    }

    /// <summary>The causal history of a vector.</summary>
    public async ValueTask<VectorAncestry> GetAncestryAsync(long number, string id, AsOf asOf, CancellationToken cancellationToken)
    {
        var asked = asOf.IsLatest ? (HybridTimestamp?)null : await CloseAsync(asOf, cancellationToken).ConfigureAwait(false);
        VectorAncestry ancestry;
        long mark;
        lock (Gate)
        {
            RequireAlive();
            var collection = Find(number);
            var time = asked ?? SystemTime;
            var slot = collection?.LiveAt(id, time.Value) ?? -1;
            mark = Sequence;
            ancestry = new VectorAncestry(slot < 0 ? [] : [.. new VectorKinship(collection!, Encoder.AgentDigest).HistoryOf(slot)], time);
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return ancestry;
    }

    private async ValueTask<HybridTimestamp> CloseAsync(AsOf asOf, CancellationToken cancellationToken)
    {
        if (asOf.Sequence is { } sequence)
        {
            var page = await ReadDeltasAsync(sequence - 1, 1, cancellationToken).ConfigureAwait(false);
            return page.Records.IsEmpty
                ? throw new TemporalException(ErrorKind.Invalid, ErrorCodes.AsOfInFuture, $"{Id} has no delta {sequence} yet.") { Field = "asOf" }
                : DeltaRecord.Read(page.Records[0]).SystemTime;
        }

        var instant = asOf.SystemTime!.Value;
        await CloseAsync(instant, cancellationToken).ConfigureAwait(false);
        return instant;
    }

    private VectorVersion VersionOf(VectorCollection collection, in VectorSlot slot)
    {
        var values = collection.ValuesOf(slot).ToArray();
        return new VectorVersion
        {
            Id = slot.Id,
            Vector = values,
            Metadata = slot.Metadata,
            WriteId = WriteIdOf(slot),
            PreviousWriteId = PreviousOf(collection, slot),
            DistinctionId = VectorAddress.Of(values, collection.Settings.Model),
            SystemTime = new HybridTimestamp(slot.Time),
            Causes = collection.Descent.CausesOf(slot.Sequence),
        };
    }
}
