/* Prints sizes and offsets of the kernel's and the C library's structures that src/Hardware/Io/Abi.cs declares by hand, and the request
 * numbers and flags beside them, one "name value" a line. LayoutTests compares. */
#include <linux/gpio.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <linux/watchdog.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <fcntl.h>
#include <termios.h>

#define SIZE(t) printf(#t " %zu\n", sizeof(t))
#define AT(t, f) printf(#t "." #f " %zu\n", offsetof(t, f))
#define IS(n) printf(#n " %lu\n", (unsigned long)(n))

int main(void)
{
    SIZE(struct gpiochip_info); AT(struct gpiochip_info, label); AT(struct gpiochip_info, lines);
    SIZE(struct gpio_v2_line_attribute); AT(struct gpio_v2_line_attribute, flags);
    SIZE(struct gpio_v2_line_config_attribute); AT(struct gpio_v2_line_config_attribute, mask);
    SIZE(struct gpio_v2_line_config); AT(struct gpio_v2_line_config, num_attrs); AT(struct gpio_v2_line_config, attrs);
    SIZE(struct gpio_v2_line_request); AT(struct gpio_v2_line_request, consumer); AT(struct gpio_v2_line_request, config);
    AT(struct gpio_v2_line_request, num_lines); AT(struct gpio_v2_line_request, event_buffer_size); AT(struct gpio_v2_line_request, fd);
    SIZE(struct gpio_v2_line_values); AT(struct gpio_v2_line_values, mask);
    SIZE(struct gpio_v2_line_event); AT(struct gpio_v2_line_event, id); AT(struct gpio_v2_line_event, line_seqno);
    SIZE(struct i2c_msg); AT(struct i2c_msg, len); AT(struct i2c_msg, buf);
    SIZE(struct i2c_rdwr_ioctl_data); AT(struct i2c_rdwr_ioctl_data, nmsgs);
    SIZE(struct i2c_smbus_ioctl_data); AT(struct i2c_smbus_ioctl_data, size); AT(struct i2c_smbus_ioctl_data, data);
    SIZE(union i2c_smbus_data);
    SIZE(struct termios); AT(struct termios, c_cc); AT(struct termios, c_ispeed);
    SIZE(struct itimerspec); AT(struct itimerspec, it_value);
    SIZE(struct epoll_event); AT(struct epoll_event, data);
    IS(GPIO_GET_CHIPINFO_IOCTL); IS(GPIO_V2_GET_LINE_IOCTL); IS(GPIO_V2_LINE_GET_VALUES_IOCTL); IS(GPIO_V2_LINE_SET_VALUES_IOCTL);
    IS(I2C_RETRIES); IS(I2C_TIMEOUT); IS(I2C_SLAVE); IS(I2C_FUNCS); IS(I2C_RDWR); IS(I2C_SMBUS);
    IS(WDIOC_SETTIMEOUT); IS(WDIOC_KEEPALIVE); IS(TIOCEXCL);
    IS(GPIO_V2_LINE_FLAG_ACTIVE_LOW); IS(GPIO_V2_LINE_FLAG_INPUT); IS(GPIO_V2_LINE_FLAG_OUTPUT); IS(GPIO_V2_LINE_FLAG_EDGE_RISING);
    IS(GPIO_V2_LINE_FLAG_EDGE_FALLING); IS(GPIO_V2_LINE_FLAG_BIAS_PULL_UP); IS(GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN);
    IS(GPIO_V2_LINE_FLAG_BIAS_DISABLED); IS(GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES); IS(GPIO_V2_LINE_ATTR_ID_DEBOUNCE);
    IS(I2C_M_RD); IS(I2C_SMBUS_BYTE_DATA); IS(I2C_SMBUS_WORD_DATA); IS(I2C_SMBUS_I2C_BLOCK_DATA); IS(I2C_FUNC_I2C);
    IS(O_RDWR); IS(O_WRONLY); IS(O_NOCTTY); IS(O_NONBLOCK); IS(O_CLOEXEC); IS(F_SETFL);
    IS(B9600); IS(B19200); IS(B115200); IS(CREAD); IS(CLOCAL); IS(CS8); IS(VTIME); IS(VMIN); IS(TCSANOW); IS(TCIOFLUSH);
    IS(EPOLLIN); IS(CLOCK_MONOTONIC); IS(TFD_TIMER_ABSTIME);
    return 0;
}
