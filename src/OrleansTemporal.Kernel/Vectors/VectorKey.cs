using System.Runtime.CompilerServices;

namespace OrleansTemporal.Vectors;

/// <summary>
/// A distance and a row in one number that orders by distance, then row: the distance's bits made monotone above, the
/// row below them, and one bit for whether the row's neighbours were looked at already.
/// </summary>
internal static class VectorKey
{
    /// <summary>The bit that says that a row's neighbours were looked at.</summary>
    public const ulong Expanded = 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Make(float distance, int row)
    {
        var bits = BitConverter.SingleToInt32Bits(distance);
        var monotone = (uint)(bits ^ ((bits >> 31) | int.MinValue));
        return ((ulong)monotone << 32) | ((uint)row << 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Row(ulong key) => (int)((uint)key >> 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Distance(ulong key)
    {
        var monotone = (int)(key >> 32);
        return BitConverter.Int32BitsToSingle(monotone ^ ((~monotone >> 31) | int.MinValue));
    }
}
