using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Kernel.Tests.Kv;

public sealed class KvPayloadTests
{
    private sealed record Operation(KvOperationKind Kind, string Key, string Value, HybridTimestamp? ExpiresAt);

    [Fact]
    public void operations_read_back_in_order() => Seeds.Each(500, random =>
    {
        var operations = Enumerable.Range(0, random.Next(1, 40)).Select(i => random.Next(3) == 0
            ? new Operation(KvOperationKind.Delete, $"k{i}é", "", null)
            : new Operation(
                KvOperationKind.Put,
                $"k{i}",
                new string('1', random.Next(1, 300)),
                random.Next(2) == 0 ? null : new HybridTimestamp((ulong)random.NextInt64()))).ToList();
        Assert.Equal(operations, Read(Write(operations)));
    });

    [Fact]
    public void every_cut_and_every_extra_byte_is_refused()
    {
        var payload = Write([new(KvOperationKind.Put, "a", "1", new HybridTimestamp(7)), new(KvOperationKind.Delete, "b", "", null)]);
        for (var length = 0; length < payload.Length; length++)
        {
            Malformed(payload[..length]);
        }

        Malformed([.. payload, 0]);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("010300016101")]
    [InlineData("010104")]
    [InlineData("0102040161")]
    [InlineData("0101000001")]
    [InlineData("010100FFFFFFFF7F")]
    [InlineData("0101000161FFFFFFFF7F")]
    [InlineData("919C01")]
    public void lengths_and_codes_that_can_not_be_are_refused(string payload) => Malformed(Convert.FromHexString(payload));

    [Fact]
    public void any_bytes_at_all_are_read_or_refused() => Seeds.Each(20_000, random =>
    {
        var payload = Write([new(KvOperationKind.Put, "abc", "123", new HybridTimestamp(7)), new(KvOperationKind.Delete, "b", "", null)]);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            payload[random.Next(payload.Length)] = (byte)random.Next(256);
        }

        try
        {
            Read(payload);
        }
        catch (TemporalException exception)
        {
            Assert.Equal("payload_malformed", exception.Code);
        }
    }, Seeds.DecoderInputsLong);

    [Fact]
    public void a_put_says_where_its_value_lies()
    {
        var buffer = new PayloadBuffer(new byte[16], KvPayloadWriter.GetCapacity("key", 4));
        var at = new KvPayloadWriter(buffer, 1).Put("key", "true"u8);
        Assert.Equal("true"u8, buffer.Written.Span.Slice(at, 4));
        var reader = new KvPayloadReader(buffer.Written.Span);
        Assert.True(reader.MoveNext());
        Assert.Equal((at, 4), (reader.Current.ValueAt, reader.Current.ValueLength));
    }

    [Fact]
    public void what_the_state_said_reads_back_from_the_header_field() => Seeds.Each(500, random =>
    {
        var entries = Enumerable.Range(0, random.Next(1, 100)).Select(_ => (
            Live: random.Next(2) == 0,
            Previous: random.Next(3) == 0 ? WriteId.None : new WriteId(9, 1 + (random.NextInt64() >> random.Next(63) >> 1), (ushort)random.Next(65536)),
            ExpiresAt: random.Next(3) == 0 ? new HybridTimestamp((ulong)random.NextInt64()) : (HybridTimestamp?)null,
            Overdue: random.Next(4) == 0)).ToList();
        var bytes = new byte[entries.Count * KvFacetWriter.OperationBytesMax];
        var writer = new KvFacetWriter(bytes);
        foreach (var (live, previous, end, overdue) in entries)
        {
            writer.Add(live, previous, end, overdue);
        }

        var reader = new KvFacetReader(bytes.AsSpan(0, writer.Length), 9);
        foreach (var entry in entries)
        {
            Assert.True(reader.MoveNext());
            Assert.Equal(entry, (reader.HadLiveValue, reader.Previous, reader.ExpiresAt, reader.WasOverdue));
        }

        Assert.False(reader.MoveNext());
    });

    [Fact]
    public void header_fields_that_can_not_be_are_refused()
    {
        foreach (var bytes in new byte[][] { [4], [2], [2, 0, 0], [2, 1], [2, 1, 0xFF, 0xFF, 0x04], [4, 1, 2, 3, 4, 5, 6, 7], [16] })
        {
            Assert.Equal("payload_malformed", Assert.Throws<TemporalException>(() => new KvFacetReader(bytes, 1).MoveNext()).Code);
        }
    }

    [Fact]
    public void old_payloads_stay_readable()
    {
        var operations = new List<Operation>
        {
            new(KvOperationKind.Put, "ada", "{\"age\":36}", null),
            new(KvOperationKind.Put, "é", "true", HybridTimestamp.Parse("2026-01-02T03:04:05.123000017Z")),
            new(KvOperationKind.Delete, "bob", "", null),
        };
        Assert.Equal(operations, Read(GoldenFile.Check("kv-payload-v1", Write(operations))));
        var facet = new byte[100];
        var writer = new KvFacetWriter(facet);
        writer.Add(false, WriteId.None);
        writer.Add(true, new WriteId(1, 300, 2));
        writer.Add(false, new WriteId(1, 7, 0));
        GoldenFile.Check("kv-facet-v1", facet.AsSpan(0, writer.Length));
    }

    [Fact]
    public void old_expiries_stay_readable()
    {
        var ends = new List<Operation> { new(KvOperationKind.Expire, "ada", "", null), new(KvOperationKind.Expire, "é", "", null) };
        Assert.Equal(ends, Read(GoldenFile.Check("kv-payload-v1-expire", Write(ends))));
        var facet = new byte[100];
        var writer = new KvFacetWriter(facet);
        writer.Add(false, WriteId.None, HybridTimestamp.Parse("2026-01-02T03:04:05.123000017Z"));
        writer.Add(false, new WriteId(1, 300, 0x8002), expiresAt: null, wasOverdue: true);
        writer.Add(true, new WriteId(1, 7, 0), HybridTimestamp.MaxValue);
        GoldenFile.Check("kv-facet-v1-expiry", facet.AsSpan(0, writer.Length));
    }

    [Fact]
    public void old_encrypted_values_stay_readable()
    {
        var (id, value) = (new DataKeyId(0x0123456789ABCDEF), "{\"age\":36}"u8.ToArray());
        byte[] nonce = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        using var cipher = new AesGcm(Enumerable.Range(0, 32).Select(static value => (byte)value).ToArray(), EncryptedValue.TagBytes);
        var associated = new byte[EncryptedValue.AssociatedBytesMax];
        var length = EncryptedValue.WriteAssociated(associated, id, "default/kv/people/0"u8, "ada"u8);
        var buffer = new PayloadBuffer(new byte[16]);
        var writer = new KvPayloadWriter(buffer, 2);
        var room = writer.PutEncrypted("ada", value.Length, mayRefer: true);
        EncryptedValue.WriteHead(room, id, nonce);
        cipher.Encrypt(nonce, value, EncryptedValue.CiphertextOf(room), EncryptedValue.TagOf(room), associated.AsSpan(0, length));
        writer.Put("bob", "1"u8);

        var payload = GoldenFile.Check("kv-payload-v1-encrypted", buffer.Written.Span);
        var reader = new KvPayloadReader(payload);
        Assert.True(reader.MoveNext());
        var operation = reader.Current;
        Assert.Equal((true, value.Length, value.Length + EncryptedValue.OverheadBytes), (operation.IsEncrypted, operation.PlainLength, operation.ValueLength));
        ReadOnlySpan<byte> stored = payload.AsSpan(operation.ValueAt, operation.ValueLength);
        Assert.True(EncryptedValue.TryReadKey(stored, out var read));
        Assert.Equal(id, read);
        var decrypted = new byte[value.Length];
        cipher.Decrypt(EncryptedValue.NonceOf(stored), EncryptedValue.CiphertextOf(stored), EncryptedValue.TagOf(stored), decrypted, associated.AsSpan(0, length));
        Assert.Equal(value, decrypted);
        Assert.True(reader.MoveNext());
        Assert.False(reader.Current.IsEncrypted);
        Assert.False(reader.MoveNext());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void an_encrypted_value_says_whether_it_may_refer_to_a_document(bool mayRefer)
    {
        var buffer = new PayloadBuffer(new byte[16]);
        var writer = new KvPayloadWriter(buffer, 2);
        writer.PutEncrypted("a", 1, mayRefer).Clear();
        writer.Put("b", "1"u8);
        var reader = new KvPayloadReader(buffer.Written.Span);
        Assert.True(reader.MoveNext());
        Assert.Equal((true, mayRefer), (reader.Current.IsEncrypted, reader.Current.MayRefer));
        Assert.True(reader.MoveNext());
        Assert.Equal((false, true), (reader.Current.IsEncrypted, reader.Current.MayRefer));
    }

    [Fact]
    public void an_encrypted_value_that_can_not_be_one_is_refused()
    {
        var buffer = new PayloadBuffer(new byte[16]);
        new KvPayloadWriter(buffer, 1).PutEncrypted("a", 1, mayRefer: true).Clear();
        Assert.False(EncryptedValue.TryReadKey(buffer.Written.Span[^(EncryptedValue.OverheadBytes + 1)..], out _));
        Read(buffer.Written.ToArray());

        // Without a byte of ciphertext, and flagged on what has no value.
        Malformed([1, 1, 16, 1, (byte)'a', 1, (byte)'1']);
        Malformed([1, 1, 8, 1, (byte)'a', EncryptedValue.OverheadBytes, .. new byte[EncryptedValue.OverheadBytes]]);
        Malformed([1, 2, 8, 1, (byte)'a']);
    }

    private static byte[] Write(List<Operation> operations)
    {
        var buffer = new PayloadBuffer(new byte[16]);
        var writer = new KvPayloadWriter(buffer, operations.Count);
        foreach (var operation in operations)
        {
            if (operation.Kind == KvOperationKind.Put)
            {
                writer.Put(operation.Key, Encoding.UTF8.GetBytes(operation.Value), operation.ExpiresAt);
            }
            else if (operation.Kind == KvOperationKind.Delete)
            {
                writer.Delete(operation.Key);
            }
            else
            {
                writer.Expire(operation.Key);
            }
        }

        return buffer.Written.ToArray();
    }

    private static List<Operation> Read(byte[] payload)
    {
        var read = new List<Operation>();
        foreach (var operation in new KvPayloadReader(payload))
        {
            Assert.Equal(read.Count, operation.Ordinal);
            read.Add(new Operation(
                operation.Kind,
                Encoding.UTF8.GetString(operation.Key),
                Encoding.UTF8.GetString(payload, operation.ValueAt, operation.ValueLength),
                operation.ExpiresAt));
        }

        return read;
    }

    private static void Malformed(byte[] payload)
    {
        var exception = Assert.Throws<TemporalException>(() => Read(payload));
        Assert.Equal((ErrorKind.Corrupt, "payload_malformed"), (exception.Kind, exception.Code));
    }

    [Fact]
    public void a_previous_write_of_another_agent_keeps_its_agent()
    {
        var bytes = new byte[2 * KvFacetWriter.OperationBytesMax];
        var writer = new KvFacetWriter(bytes, 9);
        writer.Add(true, new WriteId(0xA1B2C3D4, 300, 2));
        writer.Add(true, new WriteId(9, 4, 0));
        Assert.Equal("13AC0202D4C3B2A1" + "030400", Convert.ToHexString(bytes.AsSpan(0, writer.Length)));
        var reader = new KvFacetReader(bytes.AsSpan(0, writer.Length), 9);
        Assert.True(reader.MoveNext());
        Assert.Equal(new WriteId(0xA1B2C3D4, 300, 2), reader.Previous);
        Assert.True(reader.MoveNext());
        Assert.Equal(new WriteId(9, 4, 0), reader.Previous);
        Assert.False(reader.MoveNext());
    }
}
