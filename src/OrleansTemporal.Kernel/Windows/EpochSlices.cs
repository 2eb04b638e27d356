namespace OrleansTemporal.Windows;

/// <summary>Slices of one length, from the Unix epoch on and back.</summary>
/// <param name="length">Nanoseconds, at least 1.</param>
internal sealed class EpochSlices(long length) : SliceClock
{
    /// <inheritdoc/>
    public override long IndexOf(long time)
    {
        var (index, rest) = Math.DivRem(time, length);
        return rest < 0 ? index - 1 : index;
    }

    /// <inheritdoc/>
    public override long StartOf(long index) => (long)Int128.Clamp((Int128)index * length, long.MinValue, long.MaxValue);
}
