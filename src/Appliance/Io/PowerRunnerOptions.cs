using System.Globalization;
using EdgeNode.Hardware;
using EdgeNode.Hardware.Bom;
using EdgeNode.Hardware.Power;
using EdgeNode.Hardware.Power.Io;
using EdgeNode.Store.Io;

namespace EdgeNode.Appliance.Io;

/// <summary>What a cabinet's settings and bill mean for its power.</summary>
internal sealed record PowerRunnerOptions(
    PowerOptions Policy,
    string Folder,
    string BootId,
    double Hard,
    double WattHours,
    double? TypicalWatts,
    string? MainsActive,
    bool PowerOff,
    Action<string> Log
)
{
    /// <summary>Whether nothing that matters is under way to neighbours any more.</summary>
    public Func<bool> IsDrained { get; init; } = () => false;

    public string LedgerFile => Path.Combine(Folder, "boots");

    private string MarkFile => Path.Combine(Folder, "charge");

    public static PowerRunnerOptions For(Settings settings, Bill? bill, string dataFolder, Action<string> log)
    {
        var folder = Path.Combine(dataFolder, "power");
        Directory.CreateDirectory(folder);
        var policy = (bill?.Design()?.Options() ?? PowerOptions.Default) with
        {
            // The stop is armed by the commissioning test and by nothing else.
            Armed = settings is { Commissioned: not null, MainsActive: not null },
            FreshEvery = settings.PowerScript is null && bill?.Supply?.Nut is null ? TimeSpan.FromSeconds(4.5) : TimeSpan.Zero,
        };
        if (settings.DemoPace)
            policy = policy with { ConfirmReturn = TimeSpan.FromSeconds(3), Announce = TimeSpan.FromSeconds(1) };
        return new PowerRunnerOptions(
            policy,
            folder,
            Machine.BootId,
            bill?.Pack()?.Hard ?? 0,
            bill?.Energy?.Battery is { } b ? b.Wh * b.Usable : 60,
            bill?.Budget.TypW,
            settings.MainsActive,
            settings.PowerOff,
            log
        );
    }

    /// <summary>The bill's devices, with the mains line turned as the commissioning test measured it.</summary>
    public IReadOnlyList<DeviceSpec> Wired(byte[] bill) =>
        [
            .. Wiring
                .OfBill(bill)
                .Select(spec =>
                    spec is LineSpec { Signal: LineSignal.AcOk } line && MainsActive is { } active
                        ? line with
                        {
                            ActiveHigh = active == "high",
                        }
                        : spec
                ),
        ];

    /// <summary>Null at the first start, and when the file was torn.</summary>
    public ChargeMark? ReadMark()
    {
        var words = File.Exists(MarkFile) ? File.ReadAllText(MarkFile).Split(' ') : [];
        return
            words is [var full, var last]
            && double.TryParse(last, NumberStyles.Float, CultureInfo.InvariantCulture, out var at)
            && double.IsFinite(at)
            ? new ChargeMark(
                double.TryParse(full, NumberStyles.Float, CultureInfo.InvariantCulture, out var f) && double.IsFinite(f)
                    ? f
                    : null,
                at
            )
            : null;
    }

    public void WriteMark(ChargeMark mark)
    {
        try
        {
            var full = mark.FullAt?.ToString("R", CultureInfo.InvariantCulture) ?? "-";
            DurableFile.Write(
                MarkFile,
                System.Text.Encoding.UTF8.GetBytes($"{full} {mark.Last.ToString("R", CultureInfo.InvariantCulture)}")
            );
        }
        catch (IOException e)
        {
            Log($"power: the charge counter's mark cannot be written: {e.Message}");
        }
    }
}
