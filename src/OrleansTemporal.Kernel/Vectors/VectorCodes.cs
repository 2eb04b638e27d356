using System.Runtime.CompilerServices;

namespace OrleansTemporal.Vectors;

/// <summary>
/// Rows in signed bytes: each value divided by its row's scale, which is the largest of them in size by 127, and rounded.
/// A row's codes depend on that row alone. Behind them stand the scale, the squared length of what the codes stand for,
/// and the inverse length of the row itself. One thread adds, any number read.
/// </summary>
internal sealed unsafe class VectorCodes
{
    /// <summary>Codes are padded with zeros to a multiple of so many.</summary>
    public const int Step = 32;

    private const int LineBytes = 64;
    private const int TailFloats = 3;
    private const int ChunkBytes = 1 << 18;
    private const double CodeMax = 127;

    private readonly FlatMemory<sbyte> memory;

    /// <summary>Makes an empty memory.</summary>
    /// <param name="dimensions">Values of a row.</param>
    public VectorCodes(int dimensions)
    {
        PaddedLength = (dimensions + Step - 1) / Step * Step;
        memory = new FlatMemory<sbyte>((PaddedLength + (TailFloats * sizeof(float)) + LineBytes - 1) / LineBytes * LineBytes, ChunkBytes);
    }

    /// <summary>Codes that distances run over.</summary>
    public int PaddedLength { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride => memory.Stride;

    /// <summary>Bytes that the rows take.</summary>
    public long Bytes => memory.Bytes;

    /// <summary>Where a row lies. The caller keeps this object alive as long as it uses the pointer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* At(int row) => (float*)memory.At(row);

    /// <summary>Adds a row behind those that there are.</summary>
    public void Add(int row, ReadOnlySpan<float> values)
    {
        memory.Ensure(row + 1);
        Fill(memory.At(row), values);
    }

    /// <summary>Lays the codes of a row out.</summary>
    /// <param name="destination"><see cref="Stride"/> bytes.</param>
    /// <param name="values">As many as a row has.</param>
    public void Fill(sbyte* destination, ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        new Span<sbyte>(destination, Stride).Clear();
        var squares = 0L;
        if (largest > 0)
        {
            var factor = CodeMax / largest;
            for (var i = 0; i < values.Length; i++)
            {
                var code = (sbyte)Math.Round(values[i] * factor);
                destination[i] = code;
                squares += code * code;
            }
        }

        var scale = largest / CodeMax;
        var tail = (float*)(destination + PaddedLength);
        tail[0] = (float)scale;
        tail[1] = (float)(scale * scale * squares);
        tail[2] = (float)(1 / Math.Sqrt(VectorRows.SquaredLength(values)));
    }

    /// <summary>The inner product of what two rows stand for. The sum of the codes is exact, so every processor has the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(float* left, float* right, int length) =>
        VectorCodeKernels.Dot((sbyte*)left, (sbyte*)right, length) * (Tail(left, length)[0] * Tail(right, length)[0]);

    /// <summary>The squared length of what a row's codes stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SquaredLengthOf(float* row, int length) => Tail(row, length)[1];

    /// <summary>The inverse length of the row itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float InverseLengthOf(float* row, int length) => Tail(row, length)[2];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Tail(float* row, int length) => (float*)((sbyte*)row + length);
}
