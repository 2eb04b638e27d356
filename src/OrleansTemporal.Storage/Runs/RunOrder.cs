namespace OrleansTemporal.Storage.Runs;

/// <summary>The order of entries: key ascending, sequence descending, ordinal descending.</summary>
internal static class RunOrder
{
    /// <summary>Order of two versions of one key: the newer comes first.</summary>
    public static int CompareVersions(in RunEntry left, in RunEntry right)
    {
        var order = right.Sequence.CompareTo(left.Sequence);
        return order != 0 ? order : right.Ordinal.CompareTo(left.Ordinal);
    }

    public static int Compare(ReadOnlySpan<byte> leftKey, in RunEntry left, ReadOnlySpan<byte> rightKey, in RunEntry right)
    {
        var order = leftKey.SequenceCompareTo(rightKey);
        return order != 0 ? order : CompareVersions(left, right);
    }
}
