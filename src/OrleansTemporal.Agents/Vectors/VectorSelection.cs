using OrleansTemporal.Queries;

namespace OrleansTemporal.Vectors;

/// <summary>The rows that some vector has at a moment whose metadata a filter lets pass.</summary>
internal readonly struct VectorSelection(VectorCollection collection, ulong time, Filter filter) : IVectorSelection
{
    private static readonly byte[] Empty = "{}"u8.ToArray();

    public bool Considers(int row) => collection.Index.History.LiveEntryOf(row, time) >= 0;

    public bool Accepts(int row)
    {
        var history = collection.Index.History;
        for (var entry = history.NewestOf(row); entry >= 0; entry = history.EarlierThan(entry))
        {
            if (Passes(entry))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an entry is there and its metadata passes.</summary>
    public bool Passes(int entry)
    {
        if (!collection.Index.History.IsLive(entry, time))
        {
            return false;
        }

        var metadata = collection.SlotOfEntry(entry).Metadata;
        return filter.Matches(metadata.Length == 0 ? Empty : metadata);
    }
}
