using System.Buffers;
using System.Text;

namespace OrleansTemporal.Causality;

// Order of names: RFC 8785, section 3.2.3, by UTF-16 code units.
internal ref partial struct CanonicalJsonPass
{
    private const int InsertionSortMax = 16;

    private void AddMember(Member member)
    {
        if (members is null)
        {
            members = ArrayPool<Member>.Shared.Rent(64);
        }
        else if (memberCount == members.Length)
        {
            var larger = ArrayPool<Member>.Shared.Rent(2 * members.Length);
            members.AsSpan().CopyTo(larger);
            ArrayPool<Member>.Shared.Return(members);
            members = larger;
        }

        members[memberCount++] = member;
    }

    /// <summary>Puts the members of the object that is about to close in order, and refuses names that occur twice.</summary>
    private void SortMembers(int first)
    {
        var own = members.AsSpan(first, memberCount - first);
        for (var i = 0; i < own.Length; i++)
        {
            own[i].End = i + 1 < own.Length ? own[i + 1].At - 1 : written;
        }

        var start = own[0].At;
        if (own.Length <= InsertionSortMax)
        {
            SortFew(own);
        }
        else
        {
            SortMany(own);
        }

        for (var i = 1; i < own.Length; i++)
        {
            if (NameOf(own[i]).SequenceEqual(NameOf(own[i - 1])))
            {
                throw Malformed(Math.Max(own[i].ReadAt, own[i - 1].ReadAt), "this name occurs twice in its object");
            }
        }

        Rearrange(own, start);
    }

    private readonly void SortFew(Span<Member> own)
    {
        for (var i = 1; i < own.Length; i++)
        {
            var member = own[i];
            var place = i;
            while (place > 0 && CompareNames(own[place - 1], member) > 0)
            {
                own[place] = own[place - 1];
                place--;
            }

            own[place] = member;
        }
    }

    private readonly void SortMany(Span<Member> own)
    {
        // A comparer can't hold the output's span, so it gets a copy of it; objects this wide and unsorted are rare.
        var start = own[0].At;
        var copy = ArrayPool<byte>.Shared.Rent(written - start);
        output[start..written].CopyTo(copy);
        own.Sort((left, right) => CompareNames(
            copy.AsSpan(left.At - start + 1, left.NameLength),
            copy.AsSpan(right.At - start + 1, right.NameLength)));
        ArrayPool<byte>.Shared.Return(copy);
    }

    private void Rearrange(ReadOnlySpan<Member> own, int start)
    {
        var length = written - start;
        var copy = ArrayPool<byte>.Shared.Rent(length);
        output.Slice(start, length).CopyTo(copy);
        var place = start;
        foreach (var member in own)
        {
            if (place > start)
            {
                output[place++] = (byte)',';
            }

            copy.AsSpan(member.At - start, member.End - member.At).CopyTo(output[place..]);
            place += member.End - member.At;
        }

        ArrayPool<byte>.Shared.Return(copy);
    }

    private readonly ReadOnlySpan<byte> NameOf(in Member member) => output.Slice(member.At + 1, member.NameLength);

    private readonly int CompareNames(in Member left, in Member right) => CompareNames(NameOf(left), NameOf(right));

    private static int CompareNames(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        // Bytes of UTF-8 are in the order of UTF-16 but for characters beyond U+FFFF, which sort before U+E000 there.
        var common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length - right.Length;
        }

        var (a, b) = (left[common], right[common]);
        return a != '\\' && b != '\\' && (a < 0xEE || b < 0xEE) && !IsWithinEscape(left, common)
            ? a - b
            : CompareUnits(left, right);
    }

    /// <summary>Whether the names part after a backslash, so that the byte there doesn't stand for itself.</summary>
    private static bool IsWithinEscape(ReadOnlySpan<byte> name, int at) => 
        name[Math.Max(0, at - 5)..at].Contains((byte)'\\');

    private static int CompareUnits(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<char> leftUnits = stackalloc char[2];
        Span<char> rightUnits = stackalloc char[2];
        while (left.Length > 0 && right.Length > 0)
        {
            var leftCount = TakeScalar(ref left).EncodeToUtf16(leftUnits);
            var rightCount = TakeScalar(ref right).EncodeToUtf16(rightUnits);
            var order = leftUnits[..leftCount].SequenceCompareTo(rightUnits[..rightCount]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length - right.Length;
    }

    /// <summary>Takes one character off a canonical string's body.</summary>
    private static Rune TakeScalar(ref ReadOnlySpan<byte> body)
    {
        if (body[0] != '\\')
        {
            Rune.DecodeFromUtf8(body, out var scalar, out var length);
            body = body[length..];
            return scalar;
        }

        var code = body[1];
        if (code == 'u')
        {
            var low = body[5];
            var value = ((body[4] - '0') << 4) | ((low & 0xF) + (low > '9' ? 9 : 0));
            body = body[6..];
            return new Rune(value);
        }

        body = body[2..];
        return new Rune(code switch
        {
            (byte)'b' => '\b',
            (byte)'t' => '\t',
            (byte)'n' => '\n',
            (byte)'f' => '\f',
            (byte)'r' => '\r',
            _ => (char)code,
        });
    }
}
