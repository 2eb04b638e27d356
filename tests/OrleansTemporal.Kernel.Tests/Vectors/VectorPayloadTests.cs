using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Kernel.Tests.Vectors;

public class VectorPayloadTests
{
    private static readonly byte[] Salt = new byte[PayloadBuffer.SaltBytes];

    [Fact]
    public void the_bytes_of_a_payload_never_change_and_read_back()
    {
        var reader = new VectorPayloadReader(GoldenFile.Check("vector-payload-v1", Write()));
        Assert.Equal((3, 3), (reader.Dimensions, reader.Count));
        var values = new float[3];

        Assert.True(reader.MoveNext());
        reader.CopyVector(values);
        Assert.Equal(("a/ä", """{"tone":1}""", false, 0), (Encoding.UTF8.GetString(reader.Id), Encoding.UTF8.GetString(reader.Metadata), reader.IsDelete, reader.Ordinal));
        Assert.Equal([1.5f, -0f, float.Epsilon], values);

        Assert.True(reader.MoveNext());
        Assert.Equal(("b", "", true, 1), (Encoding.UTF8.GetString(reader.Id), Encoding.UTF8.GetString(reader.Metadata), reader.IsDelete, reader.Ordinal));
        Assert.True(reader.MoveNext());
        reader.CopyVector(values);
        Assert.Equal([0, 1e15f, -1], values);
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void every_cut_and_every_longer_payload_is_malformed()
    {
        var payload = Write();
        for (var length = 0; length < payload.Length; length++)
        {
            Assert.Equal(ErrorCodes.PayloadMalformed, Assert.Throws<TemporalException>(() => ReadAll(payload[..length])).Code);
        }

        Assert.Equal(ErrorCodes.PayloadMalformed, Assert.Throws<TemporalException>(() => ReadAll([.. payload, 0])).Code);
        payload[2] = 3;
        Assert.Equal(ErrorCodes.PayloadMalformed, Assert.Throws<TemporalException>(() => ReadAll(payload)).Code);
    }

    [Fact]
    public void equal_rows_are_interned_once_and_bits_decide()
    {
        var rows = new VectorRows(5, VectorMetric.L2);
        var random = new Random(1);
        var vectors = Enumerable.Range(0, 500).Select(_ => Enumerable.Range(0, 5).Select(_ => random.NextSingle()).ToArray()).ToArray();
        var first = vectors.Select(vector => rows.Intern(vector)).ToArray();
        Assert.Equal(first, vectors.Select(vector => rows.Intern(vector)));
        Assert.Equal(500, rows.Count);
        Assert.NotEqual(rows.Intern([0, 0, 0, 0, 0]), rows.Intern([0, 0, 0, 0, -0f]));
        Assert.Equal(vectors[77], rows[first[77]].ToArray());
    }

    private static byte[] Write()
    {
        var buffer = new PayloadBuffer(Salt);
        var writer = new VectorPayloadWriter(buffer, 3, 3);
        writer.Put("a/ä", """{"tone":1}"""u8, [1.5f, -0f, float.Epsilon]);
        writer.Delete("b");
        writer.Put("c", default, [0, 1e15f, -1]);
        return buffer.Written.ToArray();
    }

    private static void ReadAll(byte[] payload)
    {
        var reader = new VectorPayloadReader(payload);
        while (reader.MoveNext())
        {
        }
    }
}
