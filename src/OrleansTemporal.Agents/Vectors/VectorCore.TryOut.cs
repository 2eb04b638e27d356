using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

/// <content>What a write of several parts asks every agent before its first part is written.</content>
internal sealed partial class VectorCore
{
    /// <summary>Refuses what a write would be refused for now; true when it is there already.</summary>
    public async ValueTask<bool> TryOutAsync(VectorWrite write, CancellationToken cancellationToken)
    {
        bool isThere;
        TemporalException? refusal;
        long mark;
        lock (Gate)
        {
            RequireWritable();
            mark = Sequence;
            (isThere, refusal) = TryOut(write);
        }

        // Both rest on deltas, and may not show what could still vanish.
        if (isThere || refusal is not null)
        {
            await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        }

        return refusal is null ? isThere : throw refusal;
    }

    // Under the gate. The collection may not have begun here: then it is empty.
    private (bool IsThere, TemporalException? Refusal) TryOut(VectorWrite write)
    {
        var newest = collections.Count == 0 ? null : collections[^1];
        if (newest is not null && (newest.Number > write.Collection || (newest.Number == write.Collection && newest.Settings != write.Settings)))
        {
            return (false, NoCollection(Id.Name));
        }

        try
        {
            return FindOperation(write.Operation) is null
                ? (false, Refuse(newest?.Number == write.Collection ? newest : null, write.Operations))
                : (true, null);
        }
        catch (TemporalException reused)
        {
            return (false, reused);
        }
    }
}
