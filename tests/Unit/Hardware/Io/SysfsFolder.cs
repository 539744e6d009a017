namespace EdgeNode.Tests.Unit.Hardware.Io;

/// <summary>A folder that looks like /sys as far as a test fills it.</summary>
public sealed class SysfsFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("edgenode-sysfs").FullName;

    public SysfsFolder Put(string path, string text)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return this;
    }

    /// <summary>Binds a kernel driver to a device, the way the kernel shows it.</summary>
    public SysfsFolder Bind(string device, string driver)
    {
        var drivers = Directory.CreateDirectory(Path.Combine(Root, "bus/i2c/drivers", driver)).FullName;
        Directory.CreateDirectory(Path.Combine(Root, "bus/i2c/devices", device));
        Directory.CreateSymbolicLink(Path.Combine(Root, "bus/i2c/devices", device, "driver"), drivers);
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
