using System.Globalization;
using System.Text;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Benchmarks.Queries;

/// <summary>Documents of 200 canonical bytes, one behind the other: numbers, texts, an object and an array.</summary>
internal sealed class QueryDocuments
{
    public const int DocumentBytes = 200;

    private static readonly string[] Cities = ["Berlin", "Bochum", "Dresden", "Hamburg", "Stuttgart"];

    private readonly byte[] slab;

    public QueryDocuments(int count)
    {
        Count = count;
        slab = new byte[count * DocumentBytes];
        for (var i = 0; i < count; i++)
        {
            Make(i).CopyTo(slab.AsSpan(i * DocumentBytes));
        }
    }

    public int Count { get; }

    public ReadOnlyMemory<byte> this[int index] => slab.AsMemory(index * DocumentBytes, DocumentBytes);

    /// <summary>Document number <paramref name="i"/>; amounts are spread evenly below 1,000,000.</summary>
    public static byte[] Make(int i)
    {
        var amount = i * 7919L % 1_000_000;
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"active\":{(i % 3 == 0 ? "true" : "false")},\"amount\":{amount},\"city\":\"{Cities[i % Cities.Length]}\",\"customer\":{{\"id\":{i},\"tier\":\"gold\"}},\"note\":\"");
        var tail = string.Create(CultureInfo.InvariantCulture, $"\",\"status\":\"{(i % 7 == 0 ? "closed" : "open")}\",\"tags\":[\"a\",\"b{i % 10}\"],\"zip\":\"{10_000 + (i % 80_000)}\"}}");
        var document = Encoding.ASCII.GetBytes(head + new string('x', DocumentBytes - head.Length - tail.Length) + tail);
        return CanonicalJson.IsCanonical(document) ? document : throw new InvalidOperationException("The documents are not canonical.");
    }
}
