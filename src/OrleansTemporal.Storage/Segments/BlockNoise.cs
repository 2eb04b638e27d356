using System.Runtime.InteropServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Segments;

/// <summary>The places in a block that is being written whose bytes no codec can shrink: commitments and salts of its records.</summary>
internal sealed class BlockNoise
{
    private readonly List<(int At, int Length)> places = [];

    /// <summary>The places, rising.</summary>
    public ReadOnlySpan<(int At, int Length)> Places => CollectionsMarshal.AsSpan(places);

    /// <summary>Comes to a record that was written at the end of the block just now.</summary>
    /// <param name="block">The block.</param>
    /// <param name="recordBytes">Bytes of the whole record.</param>
    /// <param name="references">What of it is not in the block.</param>
    public void Add(FormatWriter block, int recordBytes, ReadOnlySpan<BackReference> references)
    {
        var literalBytes = recordBytes;
        foreach (var reference in references)
        {
            literalBytes -= reference.Length;
        }

        Add(block.WrittenSpan[^literalBytes..], block.Length - literalBytes, references);
    }

    /// <summary>Comes to a stored record that is about to be written.</summary>
    /// <param name="stored">Its bytes.</param>
    /// <param name="at">Where they go in the block.</param>
    /// <param name="sequence">Its sequence.</param>
    /// <param name="path">Where it comes from, for messages.</param>
    public void Add(ReadOnlySpan<byte> stored, int at, long sequence, string path)
    {
        if (stored[0] == 0)
        {
            Add(stored[1..], at + 1);
            return;
        }

        var references = StoredRecord.ReadReferences(stored, sequence, path, 0, out var literalOffset);
        Add(stored[literalOffset..], at + literalOffset, references);
    }

    /// <summary>Comes to a whole record.</summary>
    /// <param name="record">Its bytes.</param>
    /// <param name="at">Where they go in the block.</param>
    public void Add(ReadOnlySpan<byte> record, int at) => Add(record, at, []);

    /// <summary>Forgets the block.</summary>
    public void Clear() => places.Clear();

    // What stands before the first reference stands where it does in the record.
    private void Add(ReadOnlySpan<byte> literal, int at, ReadOnlySpan<BackReference> references)
    {
        Span<(int At, int Length)> found = stackalloc (int, int)[DeltaNoise.PlacesMax];
        var whole = references.IsEmpty ? literal : literal[..Math.Min(literal.Length, references[0].Offset)];
        foreach (var place in found[..DeltaNoise.Find(whole, found)])
        {
            places.Add((at + place.At, place.Length));
        }
    }
}
