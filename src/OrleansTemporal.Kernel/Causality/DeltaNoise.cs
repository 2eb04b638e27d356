using System.Buffers.Binary;

namespace OrleansTemporal.Causality;

/// <summary>
/// Where the bytes of a record stand that no codec can shrink: its commitment and its salt. Whoever packs records keeps them
/// out of what is packed, which then takes less room and a fraction of the time.
/// </summary>
public static class DeltaNoise
{
    /// <summary>Most places in one record.</summary>
    public const int PlacesMax = 2;

    /// <summary>Finds the places, rising; none when the bytes do not begin as a record does.</summary>
    /// <param name="record">A record, or as much of its beginning as there is.</param>
    /// <param name="places">Room for <see cref="PlacesMax"/>.</param>
    /// <returns>How many there are.</returns>
    public static int Find(ReadOnlySpan<byte> record, Span<(int At, int Length)> places)
    {
        if (record.Length < DeltaFormat.LengthPrefixBytes || BinaryPrimitives.ReadUInt32LittleEndian(record) is var header && header is < DeltaFormat.AgentAt or > DeltaFormat.HeaderBytesMax)
        {
            return 0;
        }

        var end = DeltaFormat.LengthPrefixBytes + (int)header;
        if (record.Length <= end)
        {
            return 0;
        }

        places[0] = (DeltaFormat.LengthPrefixBytes + DeltaFormat.CommitmentAt, Distinction.Size);
        if (record[end] == DeltaFormat.PayloadDetached)
        {
            return 1;
        }

        var salt = end + 1 + (record[end] == DeltaFormat.PayloadReplaced ? sizeof(uint) : 0);
        if (record.Length < salt + DeltaFormat.SaltBytes)
        {
            return 1;
        }

        places[1] = (salt, DeltaFormat.SaltBytes);
        return 2;
    }
}
