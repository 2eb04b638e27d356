using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// One pass over a document: checks it and writes its canonical form at the same time. Strings and numbers that are
/// canonical already are copied; an object whose names turn out not to be in order is put in order when it closes.
/// The output always has room for the rest of the input and <see cref="Slack"/> more, so only what grows (exponents
/// written out) checks for room.
/// </summary>
internal ref partial struct CanonicalJsonPass
{
    /// <summary>Room behind the output, so that whole vectors can be stored.</summary>
    private const int Slack = 64;

    private readonly ReadOnlySpan<byte> input;
    private Span<byte> output;
    private byte[]? rented;
    private Member[]? members;
    private int memberCount;
    private int read;
    private int written;

    internal CanonicalJsonPass(ReadOnlySpan<byte> input, Span<byte> output)
    {
        this.input = input;
        this.output = output;
    }

    /// <summary>Whether the output outgrew the buffer that it started in.</summary>
    internal readonly bool HasMoved => rented is not null;

    /// <summary>Room that suffices unless exponents are written out by the dozen.</summary>
    internal static int GetCapacity(int inputLength) => checked(inputLength + (inputLength / 8) + (4 * Slack));

    /// <summary>Gives pooled buffers back; the result of <see cref="Run"/> is gone after it.</summary>
    internal void Release()
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
            rented = null;
        }

        if (members is not null)
        {
            ArrayPool<Member>.Shared.Return(members);
            members = null;
        }
    }

    internal ReadOnlySpan<byte> Run()
    {
        // Whether bytes are UTF-8 is asked once for the whole document: the check runs at 30 GB/s on ASCII.
        if (!Utf8.IsValid(input))
        {
            throw Malformed(FindInvalidUtf8(), "this is not UTF-8");
        }

        SkipWhiteSpace();
        WriteValue(depth: 0);
        SkipWhiteSpace();
        return read == input.Length ? output[..written] : throw Malformed(read, "something follows the document");
    }

    private void WriteValue(int depth)
    {
        if (read >= input.Length)
        {
            throw Malformed(read, "the document ends where a value should be");
        }

        switch (input[read])
        {
            case (byte)'"':
                WriteString();
                break;
            case (byte)'{':
                WriteObject(depth + 1);
                break;
            case (byte)'[':
                WriteArray(depth + 1);
                break;
            case (byte)'t':
                WriteLiteral("true"u8);
                break;
            case (byte)'f':
                WriteLiteral("false"u8);
                break;
            case (byte)'n':
                WriteLiteral("null"u8);
                break;
            default:
                WriteNumber();
                break;
        }
    }

    private void WriteArray(int depth)
    {
        Open((byte)'[', depth);
        if (Peek() == ']')
        {
            CopyByte();
            return;
        }

        while (true)
        {
            WriteValue(depth);
            SkipWhiteSpace();
            var next = Peek();
            if (next == ',')
            {
                CopyByte();
                SkipWhiteSpace();
            }
            else if (next == ']')
            {
                CopyByte();
                return;
            }
            else
            {
                throw Malformed(read, "',' or ']' should be here");
            }
        }
    }

    private void WriteObject(int depth)
    {
        Open((byte)'{', depth);
        if (Peek() == '}')
        {
            CopyByte();
            return;
        }

        var firstMember = memberCount;
        var sorted = true;
        while (true)
        {
            WriteName(firstMember, ref sorted);
            WriteValue(depth);
            SkipWhiteSpace();
            var next = Peek();
            if (next == ',')
            {
                CopyByte();
                SkipWhiteSpace();
            }
            else if (next == '}')
            {
                break;
            }
            else
            {
                throw Malformed(read, "',' or '}' should be here");
            }
        }

        if (!sorted)
        {
            SortMembers(firstMember);
        }

        memberCount = firstMember;
        CopyByte();
    }

    private void WriteName(int firstMember, ref bool sorted)
    {
        if (Peek() != '"')
        {
            throw Malformed(read, "a name in quotation marks should be here");
        }

        var member = new Member { At = written, ReadAt = read };
        WriteString();
        member.NameLength = written - member.At - 2;
        if (memberCount > firstMember && sorted)
        {
            sorted = CompareNames(members![memberCount - 1], member) < 0;
        }

        AddMember(member);
        SkipWhiteSpace();
        if (Peek() != ':')
        {
            throw Malformed(read, "':' should be here");
        }

        CopyByte();
        SkipWhiteSpace();
    }

    private void Open(byte bracket, int depth)
    {
        if (depth > Limits.JsonDepthMax)
        {
            throw Malformed(read, $"values are nested deeper than {Limits.JsonDepthMax}");
        }

        output[written++] = bracket;
        read++;
        SkipWhiteSpace();
    }

    private void CopyByte() => output[written++] = input[read++];

    private readonly int Peek() => read < input.Length ? input[read] : -1;

    private void SkipWhiteSpace()
    {
        while (read < input.Length && input[read] <= ' ' && input[read] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            read++;
        }
    }

    private void WriteLiteral(ReadOnlySpan<byte> literal)
    {
        if (!input[read..].StartsWith(literal))
        {
            throw Malformed(read, "this is no value; literals are true, false and null");
        }

        literal.CopyTo(output[written..]);
        read += literal.Length;
        written += literal.Length;
    }

    /// <summary>Makes room for a text longer than what it stands for in the input.</summary>
    private void EnsureRoom(int length)
    {
        var needed = written + (long)length + (input.Length - read) + Slack;
        if (needed <= output.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * output.Length)));
        output[..written].CopyTo(larger);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        output = rented = larger;
    }

    private readonly int FindInvalidUtf8()
    {
        var at = 0;
        while (System.Text.Rune.DecodeFromUtf8(input[at..], out _, out var length) == OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    private static TemporalException Malformed(int at, string problem) =>
        new(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"Malformed JSON at byte {at}: {problem}.");

    /// <summary>One member of an open object: where it stands in the output, and where its name stands in the input.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Member
    {
        internal int At;
        internal int NameLength;
        internal int ReadAt;
        internal int End;
    }
}
