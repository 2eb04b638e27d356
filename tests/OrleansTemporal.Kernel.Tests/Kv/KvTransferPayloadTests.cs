using System.Buffers;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Kernel.Tests.Kv;

public sealed class KvTransferPayloadTests
{
    [Fact]
    public void transfers_read_back_as_they_were_written()
    {
        var random = new Random(11);
        for (var round = 0; round < 100; round++)
        {
            KvTransfer[] transfers = [.. Enumerable.Range(1, random.Next(1, 5)).Select(i => Choose(random, i))];
            var writer = new ArrayBufferWriter<byte>();
            KvTransferPayload.WriteAll(writer, transfers);
            Assert.Equal(transfers, KvTransferPayload.ReadAll(writer.WrittenSpan));
            writer.Clear();
            KvTransferPayload.Write(writer, transfers[0]);
            Assert.Equal(transfers[0], KvTransferPayload.Read(writer.WrittenSpan, transfers[0].Sequence, transfers[0].SystemTime));
            for (var length = 0; length < writer.WrittenCount; length++)
            {
                var cut = writer.WrittenSpan[..length].ToArray();
                Assert.Equal(ErrorCodes.PayloadMalformed, Assert.Throws<TemporalException>(() => KvTransferPayload.Read(cut, 1, default)).Code);
            }
        }
    }

    [Fact]
    public void a_hand_over_has_the_bytes_of_its_format()
    {
        var writer = new ArrayBufferWriter<byte>();
        KvTransferPayload.Write(writer, new KvTransfer
        {
            IsHandOver = true,
            MapVersion = 2,
            Slots = SlotSet.Where(static slot => slot >= 2_048),
            Peer = new AgentId("w", AgentKind.Kv, "n", 1),
            Sequence = 5,
            SystemTime = new HybridTimestamp(9),
        });
        Assert.Equal("01" + "02" + "08" + "6B762F772F6E2F31" + "00" + "0000000000000000" + "80108010", Convert.ToHexString(writer.WrittenSpan));
    }

    [Fact]
    public void old_transfers_stay_readable()
    {
        KvTransfer[] transfers =
        [
            new()
            {
                IsHandOver = true,
                MapVersion = 2,
                Slots = SlotSet.Where(static slot => slot is >= 2_048 and < 4_000),
                Peer = new AgentId("w", AgentKind.Kv, "n", 1),
                Sequence = 300,
                SystemTime = new HybridTimestamp(0x0123456789AB0001),
            },
            new()
            {
                IsHandOver = false,
                MapVersion = 3,
                Slots = SlotSet.Where(static slot => slot % 1_024 < 3),
                Peer = new AgentId("w", AgentKind.Kv, "n", 2),
                Sequence = 70_000,
                SystemTime = new HybridTimestamp(0x0123456789AC0000),
                PeerSequence = 9,
                PeerSystemTime = new HybridTimestamp(0x0123456789AB0002),
            },
        ];
        var writer = new ArrayBufferWriter<byte>();
        KvTransferPayload.Write(writer, transfers[1]);
        Assert.Equal(transfers[1], KvTransferPayload.Read(GoldenFile.Check("kv-transfer-v1", writer.WrittenSpan), 70_000, transfers[1].SystemTime));
        writer.Clear();
        KvTransferPayload.WriteAll(writer, transfers);
        Assert.Equal(transfers, KvTransferPayload.ReadAll(GoldenFile.Check("kv-transfers-v1", writer.WrittenSpan)));
    }

    private static KvTransfer Choose(Random random, int sequence)
    {
        var (first, length) = (random.Next(Limits.SlotCount), random.Next(1, 900));
        var isHandOver = random.Next(2) == 0;
        return new KvTransfer
        {
            IsHandOver = isHandOver,
            MapVersion = random.Next(1, 1_000),
            Slots = SlotSet.Where(slot => (slot >= first && slot < first + length) || slot % 97 == first % 97),
            Peer = new AgentId("work", AgentKind.Kv, "space", random.Next(256)),
            Sequence = sequence,
            SystemTime = new HybridTimestamp((ulong)random.NextInt64()),
            PeerSequence = isHandOver ? 0 : random.Next(1, 1_000_000),
            PeerSystemTime = isHandOver ? default : new HybridTimestamp((ulong)random.NextInt64()),
        };
    }
}
