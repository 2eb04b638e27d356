using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// One pass over a document. The position travels through the methods as argument and result, so that it stays in a
/// register; what is canonical as it stands is passed over and copied in one piece, no earlier than something before or
/// behind it has to be written differently. An object whose names turn out not to be in order is put in order when it closes.
/// </summary>
internal ref partial struct CanonicalJsonPass
{
    /// <summary>What small documents need of output; larger ones rent.</summary>
    internal const int ScratchBytes = 512;

    /// <summary>What most documents need of open members; larger ones rent.</summary>
    internal const int ScratchMembers = 32;

    private readonly ReadOnlySpan<byte> input;

    // Output so far; what stands in the input from pending on comes after it.
    private Span<byte> output;
    private byte[]? rentedOutput;
    private int written;
    private int pending;
    private int escapes;
    private Span<Member> members;
    private Member[]? rentedMembers;
    private int memberCount;

    internal CanonicalJsonPass(ReadOnlySpan<byte> input, Span<byte> scratch, Span<Member> memberScratch)
    {
        this.input = input;
        output = scratch;
        members = memberScratch;
    }

    /// <summary>Gives pooled buffers back; the result of <see cref="Run"/> is gone after it.</summary>
    internal void Release()
    {
        if (rentedOutput is not null)
        {
            ArrayPool<byte>.Shared.Return(rentedOutput);
            rentedOutput = null;
        }

        if (rentedMembers is not null)
        {
            ArrayPool<Member>.Shared.Return(rentedMembers);
            rentedMembers = null;
        }
    }

    /// <summary>The canonical form: the input itself, or a slice of scratch space that lasts until <see cref="Release"/>.</summary>
    internal ReadOnlySpan<byte> Run()
    {
        // Whether bytes are UTF-8 is asked once for the whole document: the check runs at 30 GB/s on ASCII.
        if (!Utf8.IsValid(input))
        {
            throw Malformed(FindInvalidUtf8(), "this is not UTF-8");
        }

        var start = SkipWhiteSpace(0);
        var end = PassValue(start, depth: 0);
        var rest = input[end..].TrimStart(" \n\r\t"u8);
        if (rest.Length > 0)
        {
            throw Malformed(input.Length - rest.Length, "something follows the document");
        }

        if (written == 0 && pending == start)
        {
            return input[start..end];
        }

        Flush(end);
        return output[..written];
    }

    private int PassValue(int at, int depth)
    {
        if (at >= input.Length)
        {
            throw Malformed(at, "the document ends where a value should be");
        }

        return input[at] switch
        {
            (byte)'"' => PassString(at),
            (byte)'{' => PassObject(at, depth + 1),
            (byte)'[' => PassArray(at, depth + 1),
            (byte)'t' => PassLiteral(at, "true"u8),
            (byte)'f' => PassLiteral(at, "false"u8),
            (byte)'n' => PassLiteral(at, "null"u8),
            _ => PassNumber(at),
        };
    }

    private int PassArray(int at, int depth)
    {
        at = Open(at, depth);
        if (Peek(at) == ']')
        {
            return at + 1;
        }

        while (true)
        {
            at = SkipWhiteSpace(PassValue(at, depth));
            var next = Peek(at);
            if (next == ']')
            {
                return at + 1;
            }

            if (next != ',')
            {
                throw Malformed(at, "',' or ']' should be here");
            }

            at = SkipWhiteSpace(at + 1);
        }
    }

    private int PassObject(int at, int depth)
    {
        at = Open(at, depth);
        if (Peek(at) == '}')
        {
            return at + 1;
        }

        var firstMember = memberCount;
        var sorted = true;
        while (true)
        {
            at = PassName(at, firstMember, ref sorted);
            at = SkipWhiteSpace(PassValue(at, depth));
            var next = Peek(at);
            if (next == '}')
            {
                break;
            }

            if (next != ',')
            {
                throw Malformed(at, "',' or '}' should be here");
            }

            at = SkipWhiteSpace(at + 1);
        }

        if (!sorted)
        {
            Flush(at);
            SortMembers(firstMember);
        }

        memberCount = firstMember;
        return at + 1;
    }

    private readonly int PassLiteral(int at, ReadOnlySpan<byte> literal) => input[at..].StartsWith(literal)
        ? at + literal.Length
        : throw Malformed(at, "this is no value; literals are true, false and null");

    private int Open(int at, int depth) => depth <= Limits.JsonDepthMax
        ? SkipWhiteSpace(at + 1)
        : throw Malformed(at, $"values are nested deeper than {Limits.JsonDepthMax}");

    private readonly int Peek(int at) => (uint)at < (uint)input.Length ? input[at] : -1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SkipWhiteSpace(int at) => (uint)at < (uint)input.Length && input[at] <= ' ' ? SkipAllWhiteSpace(at) : at;

    private int SkipAllWhiteSpace(int at)
    {
        var end = at;
        while (end < input.Length && input[end] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            end++;
        }

        Flush(at);
        pending = end;
        return end;
    }

    /// <summary>Copies what is pending before a place in the input, so that something else can be written there.</summary>
    private void Flush(int at)
    {
        if (at > pending)
        {
            EnsureRoom(0);
            var text = input[pending..at];
            text.CopyTo(output[written..]);
            written += text.Length;
            pending = at;
        }
    }

    /// <summary>Makes room for so many bytes, and for the rest of the input behind them.</summary>
    private void EnsureRoom(int length)
    {
        var needed = written + (long)length + (input.Length - pending);
        if (needed <= output.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, needed + (needed / 4)));
        output[..written].CopyTo(larger);
        if (rentedOutput is not null)
        {
            ArrayPool<byte>.Shared.Return(rentedOutput);
        }

        output = rentedOutput = larger;
    }

    private void Write(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(output[written..]);
        written += text.Length;
    }

    private readonly int FindInvalidUtf8()
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(input[at..], out _, out var length) == OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    private static TemporalException Malformed(int at, string problem) =>
        new(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"Malformed JSON at byte {at}: {problem}.");
}
