using System.IO.Compression;

namespace OrleansTemporal.Benchmarks.Vectors;

/// <summary>The MNIST set as vectors of 784 floats, with the ten true neighbours of each query under L2.</summary>
/// <param name="Base">Row-major.</param>
/// <param name="Queries">Row-major.</param>
/// <param name="Truth">Ten row numbers for each query, the nearest first.</param>
internal sealed record MnistVectors(float[] Base, float[] Queries, int[] Truth)
{
    public const int Dimensions = 784;

    public int Count => Base.Length / Dimensions;

    public int QueryCount => Queries.Length / Dimensions;

    public ReadOnlySpan<float> Row(int row) => Base.AsSpan(row * Dimensions, Dimensions);

    public ReadOnlySpan<float> Query(int query) => Queries.AsSpan(query * Dimensions, Dimensions);

    /// <summary>Reads <c>train.u8.gz</c>, <c>test.u8.gz</c> and <c>gt10_l2.bin.gz</c>.</summary>
    public static MnistVectors Load(string folder)
    {
        var truth = Read(Path.Combine(folder, "gt10_l2.bin.gz"));
        var rows = new int[truth.Length / sizeof(int)];
        Buffer.BlockCopy(truth, 0, rows, 0, truth.Length);
        return new MnistVectors(Widen(Read(Path.Combine(folder, "train.u8.gz"))), Widen(Read(Path.Combine(folder, "test.u8.gz"))), rows);
    }

    /// <summary>How many of the true neighbours of a query are among some rows.</summary>
    public int CountTrue(int query, ReadOnlySpan<OrleansTemporal.Vectors.VectorHit> hits)
    {
        var truth = Truth.AsSpan(query * 10, 10);
        var count = 0;
        foreach (var hit in hits)
        {
            count += truth.Contains(hit.Row) ? 1 : 0;
        }

        return count;
    }

    private static float[] Widen(byte[] bytes) => Array.ConvertAll(bytes, static value => (float)value);

    private static byte[] Read(string path)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
