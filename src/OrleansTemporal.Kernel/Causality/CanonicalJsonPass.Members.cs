using System.Buffers;
using System.Runtime.CompilerServices;

namespace OrleansTemporal.Causality;

// Names and their order: RFC 8785, section 3.2.3.
internal ref partial struct CanonicalJsonPass
{
    private const int InsertionSortMax = 16;

    private int PassName(int at, int firstMember, ref bool sorted)
    {
        if (Peek(at) != '"')
        {
            throw Malformed(at, "a name in quotation marks should be here");
        }

        ref var member = ref AddMember();
        var (pendingBefore, escapesBefore) = (pending, escapes);
        member.ReadAt = at;
        member.At = written + at - pending;
        var end = PassString(at);
        member.HasEscape = escapes != escapesBefore;
        member.IsRewritten = pending != pendingBefore;
        if (member.IsRewritten)
        {
            Flush(end);
        }

        member.NameLength = written + end - pending - member.At - 2;
        if (sorted && memberCount - 1 > firstMember)
        {
            sorted = CompareNames(members[memberCount - 2], member) < 0;
        }

        end = SkipWhiteSpace(end);
        return Peek(end) == ':' ? SkipWhiteSpace(end + 1) : throw Malformed(end, "':' should be here");
    }

    private ref Member AddMember()
    {
        if (memberCount == members.Length)
        {
            var larger = ArrayPool<Member>.Shared.Rent(2 * members.Length);
            members.CopyTo(larger);
            if (rentedMembers is not null)
            {
                ArrayPool<Member>.Shared.Return(rentedMembers);
            }

            members = rentedMembers = larger;
        }

        return ref members[memberCount++];
    }

    /// <summary>Puts the members of the object that is about to close in order, and refuses names that occur twice. All of them are in the output.</summary>
    private readonly void SortMembers(int first)
    {
        var own = members[first..memberCount];
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
            // A comparison can't hold a span, so it gets an array.
            var text = ArrayPool<byte>.Shared.Rent(written);
            output[..written].CopyTo(text);
            own.Sort((left, right) => JsonNames.Compare(
                text.AsSpan(left.At + 1, left.NameLength), text.AsSpan(right.At + 1, right.NameLength)));
            ArrayPool<byte>.Shared.Return(text);
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

    [SkipLocalsInit]
    private readonly void Rearrange(ReadOnlySpan<Member> own, int start)
    {
        var length = written - start;
        byte[]? rented = null;
        var copy = length <= ScratchBytes ? stackalloc byte[ScratchBytes] : rented = ArrayPool<byte>.Shared.Rent(length);
        output.Slice(start, length).CopyTo(copy);
        var place = start;
        foreach (ref readonly var member in own)
        {
            if (place > start)
            {
                output[place++] = (byte)',';
            }

            copy[(member.At - start)..(member.End - start)].CopyTo(output[place..]);
            place += member.End - member.At;
        }

        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private readonly ReadOnlySpan<byte> NameOf(in Member member) =>
        member.IsRewritten ? output.Slice(member.At + 1, member.NameLength) : input.Slice(member.ReadAt + 1, member.NameLength);

    private readonly int CompareNames(in Member left, in Member right) => left.HasEscape || right.HasEscape
        ? JsonNames.Compare(NameOf(left), NameOf(right))
        : JsonNames.ComparePlain(NameOf(left), NameOf(right));

    /// <summary>One member of an object that isn't closed yet.</summary>
    internal struct Member
    {
        /// <summary>Where it stands, or will stand, in the output.</summary>
        internal int At;

        /// <summary>Where its value ends in the output; set when the object is put in order.</summary>
        internal int End;

        /// <summary>Where its name stands in the input.</summary>
        internal int ReadAt;

        /// <summary>Length of the canonical name without its quotation marks.</summary>
        internal int NameLength;

        /// <summary>Whether the name has a backslash in it.</summary>
        internal bool HasEscape;

        /// <summary>Whether the canonical name is in the output only.</summary>
        internal bool IsRewritten;
    }
}
