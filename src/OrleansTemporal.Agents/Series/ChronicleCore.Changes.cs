using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <content>What was written and deleted, for views.</content>
internal sealed partial class ChronicleCore
{
    // One delta may have as many by itself.
    private const int PointsPerPage = 100_000;
    private const int DeltasPerPage = 1_000;

    /// <summary>Changes behind a sequence up to a moment, which is closed first.</summary>
    public async ValueTask<SeriesChangesPage> ReadChangesAsync(SeriesChangesQuery query, CancellationToken cancellationToken)
    {
        var (through, _) = await CloseMomentAsync(AsOf.At(query.Through), cancellationToken).ConfigureAwait(false);
        if (query.AfterSequence is not { } after || after >= through)
        {
            return new SeriesChangesPage { Sequence = query.AfterSequence ?? through, Through = query.Through };
        }

        var page = await ReadDeltasAsync(after, (int)Math.Min(DeltasPerPage, through - after), cancellationToken).ConfigureAwait(false);
        var draft = new SeriesChangesDraft();
        foreach (var bytes in page.Records)
        {
            var record = DeltaRecord.Read(bytes);
            if (record.Kind == SeriesDeletionPayload.Delete && record.HasPayload)
            {
                if (after > query.AfterSequence)
                {
                    // It has a page of its own.
                    break;
                }

                var deletion = SeriesDeletionPayload.Read(record.Payload.Span);
                return new SeriesChangesPage
                {
                    Deletion = deletion,
                    DeletedAt = record.SystemTime,
                    Sequence = record.Sequence,
                    Through = record.Sequence == through ? query.Through : record.SystemTime,
                };
            }

            if (record.Kind == SeriesPayload.Record && record.HasPayload)
            {
                var points = SeriesPayload.Read(record.Payload.Span);
                draft.Add(NamesOf(points), points, record.SystemTime);
            }
            else if (IsGap(record))
            {
                draft.HasGaps = true;
            }

            (after, draft.Last) = (record.Sequence, record.SystemTime);
            if (draft.Count >= PointsPerPage)
            {
                break;
            }
        }

        return draft.ToPage(after, after == through ? query.Through : draft.Last);
    }

    // Points that became windows are those that were there; what is kept no more is not said point by point.
    private bool IsGap(DeltaRecord record)
    {
        if (record.Kind == SeriesThinPayload.Thin)
        {
            return false;
        }

        if (record.Kind != SeriesKeepPayload.Keep || !record.HasPayload)
        {
            return true;
        }

        var keep = SeriesKeepPayload.Read(record.Payload.Span);
        lock (Gate)
        {
            return !keep.IsPlanned && keep.Kept != keeps.At(record.Sequence - 1);
        }
    }
}
