using System.Runtime.CompilerServices;

namespace OrleansTemporal.Vectors;

/// <summary>
/// Vectors of one length in flat memory that never moves: each row on a cache line of its own and padded with zeros.
/// One thread adds; any number read rows that were added before they learned of them.
/// </summary>
public sealed unsafe class VectorRows
{
    /// <summary>No value of a vector is larger than this, of either sign: sums of squares stay finite in single precision.</summary>
    public const float ValueMax = 1e15f;

    /// <summary>Under <see cref="VectorMetric.Cosine"/> no vector is shorter than this: its direction would be lost in rounding.</summary>
    public const double LengthMin = 1e-15;

    // Small enough that a collection of ten vectors is small, large enough that there are few chunks.
    private const int ChunkBytes = 1 << 19;

    private readonly FlatMemory<float> memory;
    private readonly VectorRowTable table = new();

    // What all rows before a multiple of the batch were, so that an index can tell whether it is about these rows.
    private readonly FlatMemory<ulong> digests = new(1, 1 << 10);
    private ulong digest;
    private int count;

    /// <summary>Makes an empty memory.</summary>
    /// <param name="dimensions">Floats of a vector, at least 1.</param>
    /// <param name="metric">With <see cref="VectorMetric.Cosine"/> each row keeps its inverse length.</param>
    /// <param name="quantization">With <see cref="VectorQuantization.Int8"/> each row has codes beside its values.</param>
    public VectorRows(int dimensions, VectorMetric metric, VectorQuantization quantization = VectorQuantization.None)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        Dimensions = dimensions;
        Metric = metric;
        PaddedLength = (dimensions + VectorKernels.Step - 1) / VectorKernels.Step * VectorKernels.Step;
        memory = new FlatMemory<float>(PaddedLength + (metric == VectorMetric.Cosine ? VectorKernels.Step : 0), ChunkBytes);
        Codes = quantization == VectorQuantization.Int8 ? new VectorCodes(dimensions) : null;
    }

    /// <summary>Floats of a vector.</summary>
    public int Dimensions { get; }

    /// <summary>How far two rows are apart.</summary>
    public VectorMetric Metric { get; }

    /// <summary>Rows so far.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Bytes that the rows take.</summary>
    public long Bytes => memory.Bytes + (Codes?.Bytes ?? 0);

    /// <summary>The same rows in bytes; null when there are none.</summary>
    internal VectorCodes? Codes { get; }

    /// <summary>Floats that distances run over.</summary>
    internal int PaddedLength { get; }

    /// <summary>Floats from one row to the next.</summary>
    internal int Stride => memory.Stride;

    /// <summary>The row that has exactly these values, added when there is none. Rows that came by <see cref="Add"/> are not found.</summary>
    /// <inheritdoc cref="Add"/>
    public int Intern(ReadOnlySpan<float> values)
    {
        var hash = VectorRowTable.HashOf(values);
        var row = table.Find(this, values, hash);
        if (row < 0)
        {
            row = Append(values, hash);
            table.Add(row, hash);
        }

        return row;
    }

    /// <summary>Adds a vector.</summary>
    /// <param name="values">As many as there are dimensions, none beyond <see cref="ValueMax"/>.</param>
    /// <returns>The row's number, counted from 0.</returns>
    public int Add(ReadOnlySpan<float> values) => Append(values, VectorRowTable.HashOf(values));

    private int Append(ReadOnlySpan<float> values, ulong hash)
    {
        if (values.Length != Dimensions)
        {
            throw new ArgumentException($"A row has {Dimensions} values, not {values.Length}.", nameof(values));
        }

        var row = count;
        memory.Ensure(row + 1);
        Fill(memory.At(row), values);
        Codes?.Add(row, values);
        if (row % VectorGraphBatch.Size == 0)
        {
            digests.Ensure((row / VectorGraphBatch.Size) + 1);
            *digests.At(row / VectorGraphBatch.Size) = digest;
        }

        digest = System.Numerics.BitOperations.RotateLeft(digest, 7) ^ hash;
        Volatile.Write(ref count, row + 1);
        return row;
    }

    /// <summary>The values of a row.</summary>
    public ReadOnlySpan<float> this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
            return new(memory.At(row), Dimensions);
        }
    }

    /// <summary>A digest of the first rows, as many as whole batches of them there are among so many.</summary>
    /// <param name="rows">Fewer than there are, or as many.</param>
    internal ulong DigestOf(int rows) => rows == 0 ? 0 : *digests.At((rows - 1) / VectorGraphBatch.Size);

    /// <summary>The squared Euclidean length, in double precision.</summary>
    public static double SquaredLength(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += (double)value * value;
        }

        return sum;
    }

    /// <summary>Where a row lies. The caller keeps this object alive as long as it uses the pointer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float* At(int row) => memory.At(row);

    /// <summary>Lays a vector out as a row is: padded, and with its inverse length where the metric needs it.</summary>
    /// <param name="destination"><see cref="Stride"/> floats.</param>
    /// <param name="values">As many as there are dimensions.</param>
    internal void Fill(float* destination, ReadOnlySpan<float> values) =>
        Fill(new Span<float>(destination, Stride), values, PaddedLength, Metric);

    /// <inheritdoc cref="Fill(float*, ReadOnlySpan{float})"/>
    internal static void Fill(Span<float> row, ReadOnlySpan<float> values, int paddedLength, VectorMetric metric)
    {
        values.CopyTo(row);
        row[values.Length..].Clear();
        if (metric == VectorMetric.Cosine)
        {
            row[paddedLength] = (float)(1 / Math.Sqrt(SquaredLength(values)));
        }
    }
}
